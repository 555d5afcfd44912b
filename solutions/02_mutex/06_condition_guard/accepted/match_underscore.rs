//! Compactions: a data store rewrites its files to make them smaller.

use std::sync::{Mutex, TryLockError};

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
        match self.running.try_lock() {
            Err(TryLockError::WouldBlock) => None,
            // The guard is inside the value that `match` looks at, which lives to the end of the `match`.
            Ok(_) | Err(TryLockError::Poisoned(_)) => Some(compact()),
        }
    }
}
