//! verdict: livelock a_change_that_has_to_wait_sleeps
//! Reads and writes at the right places. A change that has to wait keeps a core busy until the last reader has left.
//!
//! Settings that many threads look at and few change.

use std::sync::RwLock;
use std::thread;

/// A value of any kind, shared by threads. Each is independent of the others.
pub struct Settings<T> {
    value: RwLock<T>,
}

impl<T> Settings<T> {
    pub fn new(value: T) -> Self {
        Self { value: RwLock::new(value) }
    }

    /// Shows the value to `look`, and returns what `look` returns. Any number of threads may look at the same time.
    pub fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.value.read().unwrap())
    }

    /// Lets `change` change the value while no other thread looks or changes, and returns what `change` returns.
    /// A caller that has to wait sleeps.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        loop {
            if let Ok(mut value) = self.value.try_write() {
                return change(&mut value);
            }
            thread::yield_now();
        }
    }
}
