//! verdict: failing-test an_update_is_not_blamed_for_the_time_before_it_began
//! Counts with an atomic, and reads the count before the name: between the two, one update ends and the next one begins.
//!
//! The routing table of a proxy: which server answers for which host.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use parking_lot::Mutex;

/// Why a route was not found in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    /// The name of the update that began last, or `""` if none has begun. An update that waits has not begun.
    pub by: &'static str,
    /// How many updates have ended while the caller waited.
    pub ended: u64,
}

/// The servers, by host. Each table is independent of the others.
#[derive(Default)]
pub struct Routes {
    servers: Mutex<HashMap<String, String>>,
    last: Mutex<Option<&'static str>>,
    ended: AtomicU64,
}

impl Routes {
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls `change` while the table is locked. Waits for other updates as long as they take. `by` says who updates.
    pub fn update(&self, by: &'static str, change: impl FnOnce(&mut HashMap<String, String>)) {
        let mut servers = self.servers.lock();
        *self.last.lock() = Some(by);
        change(&mut servers);
        self.ended.fetch_add(1, SeqCst);
    }

    /// The server of `host`, if there is one. Waits for the table, but not longer than `limit`, and then returns what is
    /// known about the updates.
    pub fn find(&self, host: &str, limit: Duration) -> Result<Option<String>, Busy> {
        let before = self.ended.load(SeqCst);
        match self.servers.try_lock_for(limit) {
            Some(servers) => Ok(servers.get(host).cloned()),
            None => {
                let ended = self.ended.load(SeqCst) - before;
                Err(Busy { by: self.last.lock().unwrap_or_default(), ended })
            }
        }
    }
}
