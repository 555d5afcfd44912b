//! verdict: failing-test two_migrations_do_not_overlap
//! A migration looks for requests only. Two migrations run at the same time.
//!
//! Requests to a database, and migrations of its schema, for which the database has to be idle.

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
    next: u64,
    turn: u64,
    requests: u32,
    migrations: u32,
}

impl State {
    fn take_number(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
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
        let number = state.take_number();
        let mut state = self.changed.wait_while(state, |state| state.turn != number || state.migrations > 0).unwrap();
        state.requests += 1;
        state.turn += 1;
        // The next one may be a request as well.
        self.changed.notify_all();
        Request { gate: self }
    }

    /// Begins a migration. Waits, asleep, for the requests and migrations that have come before it.
    pub fn migrate(&self) -> Migration<'_> {
        let mut state = self.state.lock().unwrap();
        let number = state.take_number();
        let is_busy = |state: &mut State| state.turn != number || state.requests > 0;
        let mut state = self.changed.wait_while(state, is_busy).unwrap();
        state.migrations += 1;
        state.turn += 1;
        self.changed.notify_all();
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
        self.gate.state.lock().unwrap().migrations -= 1;
        self.gate.changed.notify_all();
    }
}
