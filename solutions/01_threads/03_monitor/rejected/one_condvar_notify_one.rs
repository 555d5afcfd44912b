//! verdict: deadlock nobody_sleeps_for_ever
//! One condition variable for two questions: the only wake-up may go to somebody who waits for the opposite.
//!
//! Jobs on their way from the threads that make them to the threads that do them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

/// A queue with room for a few items. Who finds it full or empty waits.
pub struct Buffer<T> {
    capacity: usize,
    items: Mutex<VecDeque<T>>,
    changed: Condvar,
}

impl<T> Buffer<T> {
    /// A buffer with room for `capacity` items, one at least.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a buffer without room would never let anything through");
        Self { capacity, items: Mutex::default(), changed: Condvar::new() }
    }

    /// Puts `item` at the end. Waits while there is no room.
    pub fn put(&self, item: T) {
        let items = self.items.lock().unwrap();
        let mut items = self.changed.wait_while(items, |items| items.len() == self.capacity).unwrap();
        items.push_back(item);
        self.changed.notify_one();
    }

    /// Takes the item at the front. Waits while there is none.
    pub fn take(&self) -> T {
        let items = self.items.lock().unwrap();
        let mut items = self.changed.wait_while(items, |items| items.is_empty()).unwrap();
        let item = items.pop_front().expect("there is an item");
        self.changed.notify_one();
        item
    }

    /// How many items are in the buffer.
    pub fn len(&self) -> usize {
        self.items.lock().unwrap().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
