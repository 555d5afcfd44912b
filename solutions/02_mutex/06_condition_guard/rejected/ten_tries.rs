//! verdict: failing-test the_second_of_two_does_not_wait
//! Tries again for a while before it gives up.
//!
//! Compactions: a data store rewrites its files to make them smaller.

use std::sync::{Mutex, TryLockError};
use std::thread;
use std::time::Duration;

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
        for _ in 0..10 {
            let _running = match self.running.try_lock() {
                Ok(guard) => guard,
                Err(TryLockError::Poisoned(poison)) => poison.into_inner(),
                Err(TryLockError::WouldBlock) => {
                    thread::sleep(Duration::from_millis(20));
                    continue;
                }
            };
            return Some(compact());
        }
        None
    }
}
