//! Settings that many threads look at and few change.

use std::sync::{Arc, Condvar, Mutex};

/// A value of any kind, shared by threads. Each is independent of the others.
pub struct Settings<T> {
    value: Mutex<Arc<T>>,
    free: Condvar,
}

impl<T> Settings<T> {
    pub fn new(value: T) -> Self {
        Self { value: Mutex::new(Arc::new(value)), free: Condvar::new() }
    }

    /// Shows the value to `look`, and returns what `look` returns. Any number of threads may look at the same time.
    pub fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        let value = Arc::clone(&self.value.lock().unwrap());
        let seen = look(&value);
        // Under the lock: a change that has just counted the readers is asleep before this one leaves.
        let guard = self.value.lock().unwrap();
        drop(value);
        drop(guard);
        self.free.notify_all();
        seen
    }

    /// Lets `change` change the value while no other thread looks or changes, and returns what `change` returns.
    /// A caller that has to wait sleeps.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let mut value = self.value.lock().unwrap();
        while Arc::get_mut(&mut value).is_none() {
            value = self.free.wait(value).unwrap();
        }
        change(Arc::get_mut(&mut value).unwrap())
    }
}
