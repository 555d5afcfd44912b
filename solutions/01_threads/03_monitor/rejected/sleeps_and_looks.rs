//! verdict: livelock who_waits_sleeps_until_notified
//! Right at last, and never asleep: looks every millisecond, all night long.
//!
//! Jobs on their way from the threads that make them to the threads that do them.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// A queue with room for a few items. Who finds it full or empty waits.
pub struct Buffer<T> {
    capacity: usize,
    items: Mutex<VecDeque<T>>,
}

impl<T> Buffer<T> {
    /// A buffer with room for `capacity` items, one at least.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a buffer without room would never let anything through");
        Self { capacity, items: Mutex::default() }
    }

    /// Puts `item` at the end. Waits while there is no room.
    pub fn put(&self, item: T) {
        let mut items = self.items.lock().unwrap();
        while items.len() == self.capacity {
            drop(items);
            thread::sleep(Duration::from_millis(1));
            items = self.items.lock().unwrap();
        }
        items.push_back(item);
    }

    /// Takes the item at the front. Waits while there is none.
    pub fn take(&self) -> T {
        loop {
            let front = self.items.lock().unwrap().pop_front();
            if let Some(item) = front {
                return item;
            }
            thread::sleep(Duration::from_millis(1));
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
