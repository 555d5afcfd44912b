//! verdict: panic
//! Readers hold an `Arc` instead of the lock, and look together. Nobody keeps the writer out while they do.
//!
//! Settings that many threads look at and few change.

use std::sync::{Arc, Mutex};

/// A value of any kind, shared by threads.
pub struct Settings<T> {
    value: Mutex<Arc<T>>,
}

impl<T> Settings<T> {
    pub fn new(value: T) -> Self {
        Self { value: Mutex::new(Arc::new(value)) }
    }

    /// Shows the value to `look`, and returns what that returns.
    pub fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        let value = Arc::clone(&self.value.lock().unwrap());
        look(&value)
    }

    /// Lets `change` change the value, while nobody else looks or changes.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let mut value = self.value.lock().unwrap();
        change(Arc::get_mut(&mut value).expect("nobody looks"))
    }
}
