//! verdict: deadlock
//! Checks under one guard and waits under the next: a notification in between wakes no thread and is lost.
//!
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
        loop {
            let mut items = self.items.lock().unwrap();
            if items.len() < self.capacity {
                items.push_back(item);
                self.not_empty.notify_one();
                return;
            }
            drop(items);
            drop(self.not_full.wait(self.items.lock().unwrap()).unwrap());
        }
    }

    /// Takes the item at the front. Waits while the buffer is empty.
    pub fn take(&self) -> T {
        loop {
            if let Some(item) = self.items.lock().unwrap().pop_front() {
                self.not_full.notify_one();
                return item;
            }
            drop(self.not_empty.wait(self.items.lock().unwrap()).unwrap());
        }
    }

    /// How many items are in the buffer. An item whose `put` still waits is not.
    pub fn len(&self) -> usize {
        self.items.lock().unwrap().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
