//! verdict: panic a_gate_works_for_any_number_of_callers
//! Numbers of two bytes: after 65,535 callers, `+= 1` overflows.
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
    /// The number for whoever comes next.
    next: u16,
    /// The number of the one that may begin as soon as nothing is in its way.
    turn: u16,
    requests: u32,
}

impl State {
    fn take_number(&mut self) -> u16 {
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
        let mut state = self.changed.wait_while(state, |state| state.turn != number).unwrap();
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
        // It remains this migration's turn until the migration has ended.
        drop(self.changed.wait_while(state, is_busy).unwrap());
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
        self.gate.state.lock().unwrap().turn += 1;
        self.gate.changed.notify_all();
    }
}
