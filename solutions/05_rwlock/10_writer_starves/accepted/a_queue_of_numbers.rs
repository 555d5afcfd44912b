//! Requests to a database, and migrations of its schema, for which the database has to be idle.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

/// Lets in requests and migrations, in the order in which they have come: requests at the same time, a migration alone.
/// Each `Gate` is independent of the others.
#[derive(Default)]
pub struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The numbers of those that wait, in the order in which they have come.
    waiting: VecDeque<u64>,
    next: u64,
    requests: u32,
    is_migrating: bool,
}

impl State {
    fn queue_up(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        self.waiting.push_back(number);
        number
    }
}

/// A request that is being handled. It ends when this is dropped.
#[must_use]
pub struct Request<'a> {
    gate: &'a Gate,
}

/// A migration that is under way. It ends when this is dropped.
#[must_use]
pub struct Migration<'a> {
    gate: &'a Gate,
}

impl Gate {
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a request. Waits, asleep, for the migrations that have come before it.
    pub fn request(&self) -> Request<'_> {
        let mut state = self.state.lock().unwrap();
        let number = state.queue_up();
        while state.is_migrating || state.waiting.front() != Some(&number) {
            state = self.changed.wait(state).unwrap();
        }
        state.waiting.pop_front();
        state.requests += 1;
        self.changed.notify_all();
        Request { gate: self }
    }

    /// Begins a migration. Waits, asleep, for the requests and migrations that have come before it.
    pub fn migrate(&self) -> Migration<'_> {
        let mut state = self.state.lock().unwrap();
        let number = state.queue_up();
        while state.is_migrating || state.requests > 0 || state.waiting.front() != Some(&number) {
            state = self.changed.wait(state).unwrap();
        }
        state.waiting.pop_front();
        state.is_migrating = true;
        Migration { gate: self }
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        self.gate.state.lock().unwrap().requests -= 1;
        self.gate.changed.notify_all();
    }
}

impl Drop for Migration<'_> {
    fn drop(&mut self) {
        self.gate.state.lock().unwrap().is_migrating = false;
        self.gate.changed.notify_all();
    }
}
