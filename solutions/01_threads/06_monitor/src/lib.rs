//! A queue between the threads that make jobs and the threads that do them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

/// A queue with room for a few items. Callers wait while it is full (`put`) or empty (`take`).
pub struct Buffer<T> {
    capacity: usize,
    items: Mutex<VecDeque<T>>,
    not_empty: Condvar,
    not_full: Condvar,
}

impl<T> Buffer<T> {
    /// A buffer with room for `capacity` items. Panics if that is 0.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a buffer without room would never let anything through");
        Self { capacity, items: Mutex::default(), not_empty: Condvar::new(), not_full: Condvar::new() }
    }

    /// Puts `item` at the end. Waits while the buffer is full.
    pub fn put(&self, item: T) {
        let items = self.items.lock().unwrap();
        let mut items = self.not_full.wait_while(items, |items| items.len() == self.capacity).unwrap();
        items.push_back(item);
        self.not_empty.notify_one();
    }

    /// Takes the item at the front. Waits while the buffer is empty.
    pub fn take(&self) -> T {
        let items = self.items.lock().unwrap();
        let mut items = self.not_empty.wait_while(items, |items| items.is_empty()).unwrap();
        let item = items.pop_front().expect("there is an item");
        self.not_full.notify_one();
        item
    }

    /// How many items are in the buffer. An item whose `put` still waits is not.
    pub fn len(&self) -> usize {
        self.items.lock().unwrap().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
