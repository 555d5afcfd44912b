//! One mutex, locked for moments only, and a condition variable: who updates is part of the state, and the table is out of it meanwhile.
//!
//! The routing table of a proxy: which server answers for which host.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

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
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    servers: HashMap<String, String>,
    is_updated: bool,
    last: &'static str,
    ended: u64,
}

impl Routes {
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls `change` while the table is locked. Waits for other updates as long as they take. `by` says who updates.
    pub fn update(&self, by: &'static str, change: impl FnOnce(&mut HashMap<String, String>)) {
        let mut state = self.state.lock();
        self.changed.wait_while(&mut state, |state| state.is_updated);
        state.is_updated = true;
        state.last = by;
        let mut servers = std::mem::take(&mut state.servers);
        drop(state);
        change(&mut servers);
        let mut state = self.state.lock();
        state.servers = servers;
        state.is_updated = false;
        state.ended += 1;
        self.changed.notify_all();
    }

    /// The server of `host`, if there is one. Waits for the table, but not longer than `limit`, and then returns what is
    /// known about the updates.
    pub fn find(&self, host: &str, limit: Duration) -> Result<Option<String>, Busy> {
        let deadline = Instant::now().checked_add(limit);
        let mut state = self.state.lock();
        let before = state.ended;
        while state.is_updated {
            match deadline {
                Some(deadline) if self.changed.wait_until(&mut state, deadline).timed_out() => break,
                Some(_) => {}
                None => self.changed.wait(&mut state),
            }
        }
        if state.is_updated {
            return Err(Busy { by: state.last, ended: state.ended - before });
        }
        Ok(state.servers.get(host).cloned())
    }
}
