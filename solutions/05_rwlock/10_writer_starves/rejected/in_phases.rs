//! verdict: failing-test callers_are_let_in_in_the_order_in_which_they_came
//! After a migration, lets in all requests that wait, also those that came after the next migration.
//!
//! Requests to a database, and migrations of its schema, for which the database has to be idle.

use std::sync::{Condvar, Mutex};
#[derive(Default)]
pub struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}
#[derive(Default)]
struct State {
    requests: u32,
    is_migrating: bool,
    next: u64,
    turn: u64,
    waiting_requests: u32,
    phase: u64,
}
#[must_use]
pub struct Request<'a>(&'a Gate);
#[must_use]
pub struct Migration<'a>(&'a Gate);
impl Gate {
    pub fn new() -> Self {
        Self::default()
    }
    pub fn request(&self) -> Request<'_> {
        let mut s = self.state.lock().unwrap();
        if s.turn == s.next && !s.is_migrating {
            s.requests += 1;
        } else {
            s.waiting_requests += 1;
            let phase = s.phase;
            s = self.changed.wait_while(s, |s| s.phase == phase).unwrap();
        }
        drop(s);
        Request(self)
    }
    pub fn migrate(&self) -> Migration<'_> {
        let mut s = self.state.lock().unwrap();
        let mine = s.next;
        s.next += 1;
        s = self.changed.wait_while(s, |s| s.turn != mine || s.is_migrating || s.requests > 0).unwrap();
        s.is_migrating = true;
        drop(s);
        Migration(self)
    }
}
impl Drop for Request<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap().requests -= 1;
        self.0.changed.notify_all();
    }
}
impl Drop for Migration<'_> {
    fn drop(&mut self) {
        let mut s = self.0.state.lock().unwrap();
        s.is_migrating = false;
        s.turn += 1;
        s.phase += 1;
        s.requests += s.waiting_requests;
        s.waiting_requests = 0;
        self.0.changed.notify_all();
    }
}
