//! verdict: livelock two_threads_look_at_the_same_time
//! Polls `try_lock` instead of sleeping, and does not get in either: the thread inside waits for the one outside.
//!
//! Settings that many threads look at and few change.

use std::sync::Mutex;
use std::thread;

/// A value of any kind, shared by threads. Each is independent of the others.
pub struct Settings<T> {
    value: Mutex<T>,
}

impl<T> Settings<T> {
    pub fn new(value: T) -> Self {
        Self { value: Mutex::new(value) }
    }

    /// Shows the value to `look`, and returns what `look` returns. Any number of threads may look at the same time.
    pub fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        loop {
            if let Ok(value) = self.value.try_lock() {
                return look(&value);
            }
            thread::yield_now();
        }
    }

    /// Lets `change` change the value while no other thread looks or changes, and returns what `change` returns.
    /// A caller that has to wait sleeps.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.value.lock().unwrap())
    }
}
