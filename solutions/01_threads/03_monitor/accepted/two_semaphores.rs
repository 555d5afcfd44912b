//! Jobs on their way from the threads that make them to the threads that do them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

/// A queue with room for a few items. Who finds it full or empty waits.
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
    /// A buffer with room for `capacity` items, one at least.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a buffer without room would never let anything through");
        Self { room: Tickets::new(capacity), filled: Tickets::new(0), items: Mutex::default() }
    }

    /// Puts `item` at the end. Waits while there is no room.
    pub fn put(&self, item: T) {
        self.room.take();
        self.items.lock().unwrap().push_back(item);
        self.filled.give();
    }

    /// Takes the item at the front. Waits while there is none.
    pub fn take(&self) -> T {
        self.filled.take();
        let item = self.items.lock().unwrap().pop_front().expect("there is an item for each ticket");
        self.room.give();
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
