//! Settings that many threads look at and few change.

use std::sync::Mutex;

/// A value of any kind, shared by threads.
pub struct Settings<T> {
    // TODO: a mutex makes no difference between those who look and those who change.
    value: Mutex<T>,
}

impl<T> Settings<T> {
    pub fn new(value: T) -> Self {
        Self { value: Mutex::new(value) }
    }

    /// Shows the value to `look`, and returns what that returns.
    pub fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.value.lock().unwrap())
    }

    /// Lets `change` change the value, while nobody else looks or changes.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.value.lock().unwrap())
    }
}
