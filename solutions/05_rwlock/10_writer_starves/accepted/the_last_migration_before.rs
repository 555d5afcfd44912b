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
    /// How many migrations have come, and how many have ended. They run in the order in which they have come.
    came: u64,
    ended: u64,
    /// How many requests have come before the next migration that comes, and are not over yet: the first element
    /// is for the migration whose turn it is.
    before: VecDeque<u32>,
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
        let migrations = state.came;
        let place = (migrations - state.ended) as usize;
        if state.before.len() <= place {
            state.before.resize(place + 1, 0);
        }
        state.before[place] += 1;
        drop(self.changed.wait_while(state, |state| state.ended < migrations).unwrap());
        Request { gate: self }
    }

    /// Begins a migration. Waits, asleep, for the requests and migrations that have come before it.
    pub fn migrate(&self) -> Migration<'_> {
        let mut state = self.state.lock().unwrap();
        let number = state.came;
        state.came += 1;
        let is_busy = |state: &mut State| state.ended < number || state.before.front().is_some_and(|n| *n > 0);
        drop(self.changed.wait_while(state, is_busy).unwrap());
        Migration { gate: self }
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        // All requests that run have come before the migration whose turn it is.
        if let Some(requests) = self.gate.state.lock().unwrap().before.front_mut() {
            *requests -= 1;
        }
        self.gate.changed.notify_all();
    }
}

impl Drop for Migration<'_> {
    fn drop(&mut self) {
        {
            let mut state = self.gate.state.lock().unwrap();
            state.ended += 1;
            state.before.pop_front();
        }
        self.gate.changed.notify_all();
    }
}
