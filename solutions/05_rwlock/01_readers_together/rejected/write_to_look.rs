//! verdict: deadlock two_threads_look_at_the_same_time
//! An `RwLock` that is only ever locked with `write` is a mutex: no other thread gets in.
//!
//! Settings that many threads look at and few change.

use std::sync::RwLock;

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
        look(&self.value.write().unwrap())
    }

    /// Lets `change` change the value while no other thread looks or changes, and returns what `change` returns.
    /// A caller that has to wait sleeps.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.value.write().unwrap())
    }
}
