//! verdict: failing-test a_compaction_that_panics_has_ended
//! Holds the guard, but takes a poisoned mutex for a locked one: after a panic, no compaction runs any more.
//!
//! Compactions: a data store rewrites its files to make them smaller.

use std::sync::Mutex;

/// Starts the compactions of one store. They may be due at any time, and an administrator may ask for one as well.
#[derive(Default)]
pub struct Compactions {
    /// Locked while a compaction runs.
    running: Mutex<()>,
}

impl Compactions {
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs `compact` and returns what it returns. If another compaction of this store is running, returns `None` at once,
    /// without calling `compact`.
    ///
    /// If `compact` panics, so does this call, and the compaction has ended.
    pub fn run<R>(&self, compact: impl FnOnce() -> R) -> Option<R> {
        if let Ok(_running) = self.running.try_lock() { Some(compact()) } else { None }
    }
}
