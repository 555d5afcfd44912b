//! verdict: livelock a_blocked_thread_sleeps_until_it_is_notified
//! The results are right, but a waiting thread polls every millisecond instead of sleeping.
//!
//! A queue between the threads that make jobs and the threads that do them.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// A queue with room for a few items. Callers wait while it is full (`put`) or empty (`take`).
pub struct Buffer<T> {
    capacity: usize,
    items: Mutex<VecDeque<T>>,
}

impl<T> Buffer<T> {
    /// A buffer with room for `capacity` items. Panics if that is 0.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a buffer without room would never let anything through");
        Self { capacity, items: Mutex::default() }
    }

    /// Puts `item` at the end. Waits while the buffer is full.
    pub fn put(&self, item: T) {
        let mut items = self.items.lock().unwrap();
        while items.len() == self.capacity {
            drop(items);
            thread::sleep(Duration::from_millis(1));
            items = self.items.lock().unwrap();
        }
        items.push_back(item);
    }

    /// Takes the item at the front. Waits while the buffer is empty.
    pub fn take(&self) -> T {
        loop {
            let front = self.items.lock().unwrap().pop_front();
            if let Some(item) = front {
                return item;
            }
            thread::sleep(Duration::from_millis(1));
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
