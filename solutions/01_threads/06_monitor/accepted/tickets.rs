//! A queue between the threads that make jobs and the threads that do them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

#[derive(Default)]
struct Queue {
    next: u64,
    served: u64,
}

struct State<T> {
    items: VecDeque<T>,
    puts: Queue,
    takes: Queue,
}

/// A queue with room for a few items. Callers wait while it is full (`put`) or empty (`take`).
pub struct Buffer<T> {
    capacity: usize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

impl<T> Buffer<T> {
    /// A buffer with room for `capacity` items. Panics if that is 0.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0);
        let state = State { items: VecDeque::with_capacity(capacity), puts: Queue::default(), takes: Queue::default() };
        Self { capacity, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Puts `item` at the end. Waits while the buffer is full.
    pub fn put(&self, item: T) {
        let mut state = self.state.lock().unwrap();
        let ticket = state.puts.next;
        state.puts.next += 1;
        let mut state = self
            .changed
            .wait_while(state, |state| state.puts.served != ticket || state.items.len() >= self.capacity)
            .unwrap();
        state.puts.served += 1;
        state.items.push_back(item);
        self.changed.notify_all();
    }

    /// Takes the item at the front. Waits while the buffer is empty.
    pub fn take(&self) -> T {
        let mut state = self.state.lock().unwrap();
        let ticket = state.takes.next;
        state.takes.next += 1;
        let mut state = self
            .changed
            .wait_while(state, |state| state.takes.served != ticket || state.items.is_empty())
            .unwrap();
        state.takes.served += 1;
        let item = state.items.pop_front().unwrap();
        self.changed.notify_all();
        item
    }

    /// How many items are in the buffer. An item whose `put` still waits is not.
    pub fn len(&self) -> usize {
        self.state.lock().unwrap().items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
