//! verdict: failing-test a_second_compaction_is_skipped
//! A name for the answer, but not for the guard: it is dropped at the end of the first statement.
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
        let free = self.running.try_lock().is_ok();
        if free { Some(compact()) } else { None }
    }
}
