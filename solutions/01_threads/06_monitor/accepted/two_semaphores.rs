//! A queue between the threads that make jobs and the threads that do them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

/// A queue with room for a few items. Callers wait while it is full (`put`) or empty (`take`).
pub struct Buffer<T> {
    room: Tickets,
    filled: Tickets,
    items: Mutex<VecDeque<T>>,
}

/// A number of tickets. Who finds none waits.
struct Tickets {
    left: Mutex<usize>,
    returned: Condvar,
}

impl Tickets {
    fn new(left: usize) -> Self {
        Self { left: Mutex::new(left), returned: Condvar::new() }
    }

    fn take(&self) {
        *self.returned.wait_while(self.left.lock().unwrap(), |left| *left == 0).unwrap() -= 1;
    }

    fn give(&self) {
        *self.left.lock().unwrap() += 1;
        self.returned.notify_one();
    }
}

impl<T> Buffer<T> {
    /// A buffer with room for `capacity` items. Panics if that is 0.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a buffer without room would never let anything through");
        Self { room: Tickets::new(capacity), filled: Tickets::new(0), items: Mutex::default() }
    }

    /// Puts `item` at the end. Waits while the buffer is full.
    pub fn put(&self, item: T) {
        self.room.take();
        self.items.lock().unwrap().push_back(item);
        self.filled.give();
    }

    /// Takes the item at the front. Waits while the buffer is empty.
    pub fn take(&self) -> T {
        self.filled.take();
        let item = self.items.lock().unwrap().pop_front().expect("there is an item for each ticket");
        self.room.give();
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
