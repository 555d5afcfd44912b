//! verdict: failing-test each_store_has_its_own_compactions
//! A `static` mutex: the compaction of one store makes that of another one skip.
//!
//! Compactions: a data store rewrites its files to make them smaller.

use std::sync::{Mutex, TryLockError};

/// Starts the compactions of one store. They may be due at any time, and an administrator may ask for one as well.
#[derive(Default)]
pub struct Compactions {
    _private: (),
}

static RUNNING: Mutex<()> = Mutex::new(());

impl Compactions {
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs `compact` and returns what it returns. If another compaction of this store is running, returns `None` at once,
    /// without calling `compact`.
    ///
    /// If `compact` panics, so does this call, and the compaction has ended.
    pub fn run<R>(&self, compact: impl FnOnce() -> R) -> Option<R> {
        let _running = match RUNNING.try_lock() {
            Ok(guard) => guard,
            // An earlier compaction has panicked. The lock protects no data that it could have left half changed.
            Err(TryLockError::Poisoned(poison)) => poison.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(compact())
    }
}
