//! verdict: deadlock
//! Asks under one guard and waits under the next: a notification in between finds nobody asleep, and is lost.
//!
//! Jobs on their way from the threads that make them to the threads that do them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

/// A queue with room for a few items. Who finds it full or empty waits.
pub struct Buffer<T> {
    capacity: usize,
    items: Mutex<VecDeque<T>>,
    not_empty: Condvar,
    not_full: Condvar,
}

impl<T> Buffer<T> {
    /// A buffer with room for `capacity` items, one at least.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a buffer without room would never let anything through");
        Self { capacity, items: Mutex::default(), not_empty: Condvar::new(), not_full: Condvar::new() }
    }

    /// Puts `item` at the end. Waits while there is no room.
    pub fn put(&self, item: T) {
        while self.len() == self.capacity {
            drop(self.not_full.wait(self.items.lock().unwrap()).unwrap());
        }
        self.items.lock().unwrap().push_back(item);
        self.not_empty.notify_one();
    }

    /// Takes the item at the front. Waits while there is none.
    pub fn take(&self) -> T {
        loop {
            if let Some(item) = self.items.lock().unwrap().pop_front() {
                self.not_full.notify_one();
                return item;
            }
            drop(self.not_empty.wait(self.items.lock().unwrap()).unwrap());
        }
    }

    /// How many items are in the buffer.
    pub fn len(&self) -> usize {
        self.items.lock().unwrap().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
