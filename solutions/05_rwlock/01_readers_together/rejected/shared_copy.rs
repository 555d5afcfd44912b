//! verdict: panic no_thread_changes_while_another_looks
//! Readers hold an `Arc` instead of the lock, and look together. The lock does not keep the writer out while they do.
//!
//! Settings that many threads look at and few change.

use std::sync::{Arc, Mutex};

/// A value of any kind, shared by threads. Each is independent of the others.
pub struct Settings<T> {
    value: Mutex<Arc<T>>,
}

impl<T> Settings<T> {
    pub fn new(value: T) -> Self {
        Self { value: Mutex::new(Arc::new(value)) }
    }

    /// Shows the value to `look`, and returns what `look` returns. Any number of threads may look at the same time.
    pub fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        let value = Arc::clone(&self.value.lock().unwrap());
        look(&value)
    }

    /// Lets `change` change the value while no other thread looks or changes, and returns what `change` returns.
    /// A caller that has to wait sleeps.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let mut value = self.value.lock().unwrap();
        change(Arc::get_mut(&mut value).expect("nobody looks"))
    }
}
