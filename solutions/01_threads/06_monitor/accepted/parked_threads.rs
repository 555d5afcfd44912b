//! A queue between the threads that make jobs and the threads that do them.

use std::collections::VecDeque;
use std::mem;
use std::sync::Mutex;
use std::thread::{self, Thread};

struct State<T> {
    items: VecDeque<T>,
    /// The threads that wait for any change.
    waiting: Vec<Thread>,
}

/// A queue with room for a few items. Callers wait while it is full (`put`) or empty (`take`).
pub struct Buffer<T> {
    capacity: usize,
    state: Mutex<State<T>>,
}

impl<T> Buffer<T> {
    /// A buffer with room for `capacity` items. Panics if that is 0.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a buffer without room would never let anything through");
        Self { capacity, state: Mutex::new(State { items: VecDeque::new(), waiting: Vec::new() }) }
    }

    /// Puts `item` at the end. Waits while the buffer is full.
    pub fn put(&self, item: T) {
        self.change(|items| items.len() < self.capacity, |items| items.push_back(item));
    }

    /// Takes the item at the front. Waits while the buffer is empty.
    pub fn take(&self) -> T {
        self.change(|items| !items.is_empty(), |items| items.pop_front().expect("there is an item"))
    }

    /// How many items are in the buffer. An item whose `put` still waits is not.
    pub fn len(&self) -> usize {
        self.state.lock().unwrap().items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits until `possible`, then changes the items and unparks every thread that waits.
    fn change<R>(&self, possible: impl Fn(&VecDeque<T>) -> bool, change: impl FnOnce(&mut VecDeque<T>) -> R) -> R {
        let mut state = self.state.lock().unwrap();
        while !possible(&state.items) {
            state.waiting.push(thread::current());
            drop(state);
            thread::park();
            state = self.state.lock().unwrap();
        }
        let result = change(&mut state.items);
        let waiting = mem::take(&mut state.waiting);
        drop(state);
        waiting.iter().for_each(Thread::unpark);
        result
    }
}
