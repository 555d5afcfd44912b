//! verdict: failing-test two_tables_do_not_disturb_each_other
//! Keeps one record for all tables: the error names an update of another table.
//!
//! The routing table of a proxy: which server answers for which host.

use std::collections::HashMap;
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

static UPDATES: Mutex<Updates> = Mutex::new(Updates { last: "", ended: 0 });

/// The servers, by host. Each table is independent of the others.
#[derive(Default)]
pub struct Routes {
    servers: Mutex<HashMap<String, String>>,
}

/// What is known about the updates. Locked for a moment only, also while the table is locked.
#[derive(Default)]
struct Updates {
    last: &'static str,
    ended: u64,
}

impl Routes {
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls `change` while the table is locked. Waits for other updates as long as they take. `by` says who updates.
    pub fn update(&self, by: &'static str, change: impl FnOnce(&mut HashMap<String, String>)) {
        let mut servers = self.servers.lock();
        UPDATES.lock().last = by;
        change(&mut servers);
        UPDATES.lock().ended += 1;
    }

    /// The server of `host`, if there is one. Waits for the table, but not longer than `limit`, and then returns what is
    /// known about the updates.
    pub fn find(&self, host: &str, limit: Duration) -> Result<Option<String>, Busy> {
        let before = UPDATES.lock().ended;
        if let Some(servers) = self.servers.try_lock_for(limit) {
            return Ok(servers.get(host).cloned());
        }
        let updates = UPDATES.lock();
        Err(Busy { by: updates.last, ended: updates.ended - before })
    }
}
