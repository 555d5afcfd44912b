//! verdict: deadlock two_threads_look_at_the_same_time
//! An `RwLock` that is only ever written is a mutex: `write` lets nobody in beside it.
//!
//! Settings that many threads look at and few change.

use std::sync::RwLock;

/// A value of any kind, shared by threads.
pub struct Settings<T> {
    value: RwLock<T>,
}

impl<T> Settings<T> {
    pub fn new(value: T) -> Self {
        Self { value: RwLock::new(value) }
    }

    /// Shows the value to `look`, and returns what that returns.
    pub fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.value.write().unwrap())
    }

    /// Lets `change` change the value, while nobody else looks or changes.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.value.write().unwrap())
    }
}
