//! verdict: deadlock three_hundred_threads_look_at_the_same_time
//! Lets at most 128 threads look at the same time.
//!
//! Settings that many threads look at and few change.

use std::sync::{Condvar, Mutex, RwLock};

/// A value of any kind, shared by threads. Each is independent of the others.
pub struct Settings<T> {
    readers: Mutex<u32>,
    fewer: Condvar,
    value: RwLock<T>,
}

impl<T> Settings<T> {
    pub fn new(value: T) -> Self {
        Self { readers: Mutex::new(0), fewer: Condvar::new(), value: RwLock::new(value) }
    }

    /// Shows the value to `look`, and returns what `look` returns. Any number of threads may look at the same time.
    pub fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        *self.fewer.wait_while(self.readers.lock().unwrap(), |readers| *readers == 128).unwrap() += 1;
        let seen = look(&self.value.read().unwrap());
        *self.readers.lock().unwrap() -= 1;
        self.fewer.notify_one();
        seen
    }

    /// Lets `change` change the value while no other thread looks or changes, and returns what `change` returns.
    /// A caller that has to wait sleeps.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.value.write().unwrap())
    }
}
