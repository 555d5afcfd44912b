//! Settings that many threads look at and few change.

use std::sync::{Arc, Condvar, Mutex};

/// A value of any kind, shared by threads. Each is independent of the others. Who looks has a counter of the `Arc`.
pub struct Settings<T> {
    value: Mutex<Arc<T>>,
    left: Condvar,
}

impl<T> Settings<T> {
    pub fn new(value: T) -> Self {
        Self { value: Mutex::new(Arc::new(value)), left: Condvar::new() }
    }

    /// Shows the value to `look`, and returns what `look` returns. Any number of threads may look at the same time.
    pub fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        let value = Arc::clone(&self.value.lock().unwrap());
        let result = look(&value);
        // Under the lock, or the one who waits could miss it.
        let locked = self.value.lock().unwrap();
        drop(value);
        self.left.notify_all();
        drop(locked);
        result
    }

    /// Lets `change` change the value while no other thread looks or changes, and returns what `change` returns.
    /// A caller that has to wait sleeps.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let locked = self.value.lock().unwrap();
        let mut locked = self.left.wait_while(locked, |value| Arc::strong_count(value) > 1).unwrap();
        change(Arc::get_mut(&mut locked).expect("the last reader has left, and no other comes in"))
    }
}
