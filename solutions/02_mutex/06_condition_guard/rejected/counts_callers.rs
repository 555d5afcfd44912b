//! verdict: failing-test a_call_is_skipped_only_while_another_one_runs
//! Counts the callers instead of the compactions: a call that is being skipped makes another one skip, and nothing runs.
//!
//! Compactions: a data store rewrites its files to make them smaller.

use std::sync::atomic::{AtomicU32, Ordering};

/// Starts the compactions of one store. They may be due at any time, and an administrator may ask for one as well.
#[derive(Default)]
pub struct Compactions {
    callers: AtomicU32,
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
        let _caller = Caller(&self.callers);
        if self.callers.fetch_add(1, Ordering::SeqCst) > 0 {
            return None;
        }
        Some(compact())
    }
}

struct Caller<'a>(&'a AtomicU32);

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
