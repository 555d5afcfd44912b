//! verdict: failing-test a_compaction_that_panics_has_ended
//! Catches the panic and returns `None`, as if the compaction had been skipped.
//!
//! Compactions: a data store rewrites its files to make them smaller.

use std::panic::{self, AssertUnwindSafe};
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
        let Ok(_running) = self.running.try_lock() else {
            return None;
        };
        panic::catch_unwind(AssertUnwindSafe(compact)).ok()
    }
}
