//! Requests to a database, and migrations of its schema, for which the database has to be idle.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Request,
    Migration,
}

/// A thread that waits. It is let in by the one that makes room for it.
struct Waiter {
    kind: Kind,
    thread: Thread,
    is_in: Arc<AtomicBool>,
}

/// Lets in requests and migrations, in the order in which they have come: requests at the same time, a migration alone.
/// Each `Gate` is independent of the others.
#[derive(Default)]
pub struct Gate {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiter>,
    requests: u32,
    is_migrating: bool,
}

impl State {
    /// Counts the caller in, if there is room.
    fn enter(&mut self, kind: Kind) -> bool {
        match kind {
            _ if self.is_migrating => return false,
            Kind::Request => self.requests += 1,
            Kind::Migration if self.requests > 0 => return false,
            Kind::Migration => self.is_migrating = true,
        }
        true
    }

    /// Lets in as many as there is room for.
    fn admit(&mut self) {
        while let Some(kind) = self.waiting.front().map(|first| first.kind)
            && self.enter(kind)
            && let Some(first) = self.waiting.pop_front()
        {
            first.is_in.store(true, SeqCst);
            first.thread.unpark();
        }
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

    fn enter(&self, kind: Kind) {
        let is_in = Arc::new(AtomicBool::new(false));
        {
            let mut state = self.state.lock().unwrap();
            if state.waiting.is_empty() && state.enter(kind) {
                return;
            }
            state.waiting.push_back(Waiter { kind, thread: thread::current(), is_in: Arc::clone(&is_in) });
        }
        while !is_in.load(SeqCst) {
            thread::park();
        }
    }

    /// Begins a request. Waits, asleep, for the migrations that have come before it.
    pub fn request(&self) -> Request<'_> {
        self.enter(Kind::Request);
        Request { gate: self }
    }

    /// Begins a migration. Waits, asleep, for the requests and migrations that have come before it.
    pub fn migrate(&self) -> Migration<'_> {
        self.enter(Kind::Migration);
        Migration { gate: self }
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.state.lock().unwrap();
        state.requests -= 1;
        state.admit();
    }
}

impl Drop for Migration<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.state.lock().unwrap();
        state.is_migrating = false;
        state.admit();
    }
}
