//! verdict: deadlock three_hundred_threads_look_at_the_same_time
//! Lets at most two readers in, which is enough for the test with two threads.
//!
//! Settings that many threads look at and few change.

use std::sync::{Condvar, Mutex, RwLock};

/// A value of any kind, shared by threads. Each is independent of the others.
pub struct Settings<T> {
    places: Mutex<u32>,
    freed: Condvar,
    value: RwLock<T>,
}

struct Place<'a>(&'a Mutex<u32>, &'a Condvar);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.lock().unwrap() += 1;
        self.1.notify_one();
    }
}

impl<T> Settings<T> {
    pub fn new(value: T) -> Self {
        Self { places: Mutex::new(2), freed: Condvar::new(), value: RwLock::new(value) }
    }

    /// Shows the value to `look`, and returns what `look` returns. Any number of threads may look at the same time.
    pub fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        let mut places = self.freed.wait_while(self.places.lock().unwrap(), |places| *places == 0).unwrap();
        *places -= 1;
        drop(places);
        let _place = Place(&self.places, &self.freed);
        look(&self.value.read().unwrap())
    }

    /// Lets `change` change the value while no other thread looks or changes, and returns what `change` returns.
    /// A caller that has to wait sleeps.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.value.write().unwrap())
    }
}
