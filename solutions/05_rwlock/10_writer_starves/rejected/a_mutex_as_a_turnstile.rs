//! verdict: failing-test callers_are_let_in_in_the_order_in_which_they_came
//! All go through one more mutex, and a migration holds it while it waits. But a mutex promises no order.
//!
//! Requests to a database, and migrations of its schema, for which the database has to be idle.

use std::sync::{Condvar, Mutex};

/// Lets in requests and migrations, in the order in which they have come: requests at the same time, a migration alone.
/// Each `Gate` is independent of the others.
#[derive(Default)]
pub struct Gate {
    turnstile: Mutex<()>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    requests: u32,
    is_migrating: bool,
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
        let _turn = self.turnstile.lock().unwrap();
        let state = self.state.lock().unwrap();
        // TODO: a migration that waits is overtaken by every request that comes after it.
        let mut state = self.changed.wait_while(state, |state| state.is_migrating).unwrap();
        state.requests += 1;
        Request { gate: self }
    }

    /// Begins a migration. Waits, asleep, for the requests and migrations that have come before it.
    pub fn migrate(&self) -> Migration<'_> {
        let _turn = self.turnstile.lock().unwrap();
        let state = self.state.lock().unwrap();
        let is_busy = |state: &mut State| state.is_migrating || state.requests > 0;
        let mut state = self.changed.wait_while(state, is_busy).unwrap();
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
