//! verdict: failing-test one_thread_fills_and_empties_it_in_any_pattern
//! Keeps slots and puts an item into the first free one: after a few takes, items come out in the order of the slots.
//!
//! A queue between the threads that make jobs and the threads that do them.

use std::sync::{Condvar, Mutex};

/// A queue with room for a few items. Callers wait while it is full (`put`) or empty (`take`).
pub struct Buffer<T> {
    slots: Mutex<Vec<Option<T>>>,
    changed: Condvar,
}

impl<T> Buffer<T> {
    /// A buffer with room for `capacity` items. Panics if that is 0.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a buffer without room would never let anything through");
        Self { slots: Mutex::new((0..capacity).map(|_| None).collect()), changed: Condvar::new() }
    }

    /// Puts `item` at the end. Waits while the buffer is full.
    pub fn put(&self, item: T) {
        let slots = self.slots.lock().unwrap();
        let mut slots = self.changed.wait_while(slots, |slots| slots.iter().all(Option::is_some)).unwrap();
        let free = slots.iter().position(Option::is_none).expect("a slot is free");
        slots[free] = Some(item);
        self.changed.notify_all();
    }

    /// Takes the item at the front. Waits while the buffer is empty.
    pub fn take(&self) -> T {
        let slots = self.slots.lock().unwrap();
        let mut slots = self.changed.wait_while(slots, |slots| slots.iter().all(Option::is_none)).unwrap();
        self.changed.notify_all();
        slots.iter_mut().find_map(Option::take).expect("there is an item")
    }

    /// How many items are in the buffer. An item whose `put` still waits is not.
    pub fn len(&self) -> usize {
        self.slots.lock().unwrap().iter().flatten().count()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
