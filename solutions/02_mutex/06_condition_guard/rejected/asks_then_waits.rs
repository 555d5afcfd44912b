//! verdict: failing-test the_second_of_two_does_not_wait
//! Asks whether the mutex is free, and then locks it: two calls may both find it free, and the second one waits.
//!
//! Compactions: a data store rewrites its files to make them smaller.

use std::sync::{Mutex, PoisonError};

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
        self.running.clear_poison();
        if self.running.try_lock().is_err() {
            return None;
        }
        let _running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        Some(compact())
    }
}
