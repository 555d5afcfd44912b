//! verdict: failing-test a_caller_that_is_being_woken_keeps_its_place
//! Takes the next caller out of the queue and wakes it, but it counts only once it has woken. Others come between.
//!
//! Requests to a database, and migrations of its schema, for which the database has to be idle.

use std::collections::VecDeque;
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
    queue: VecDeque<(u64, bool)>,
}

#[must_use]
pub struct Request<'a>(&'a Gate);
#[must_use]
pub struct Migration<'a>(&'a Gate);
impl Gate {
    pub fn new() -> Self {
        Self::default()
    }
    fn come(&self, migrates: bool) {
        let mut s = self.state.lock().unwrap();
        if !s.queue.is_empty() || s.is_migrating || migrates && s.requests > 0 {
            let mine = s.next;
            s.next += 1;
            s.queue.push_back((mine, migrates));
            s = self.changed.wait_while(s, |s| s.queue.iter().any(|w| w.0 == mine)).unwrap();
        }
        if migrates { s.is_migrating = true } else { s.requests += 1 }
    }
    pub fn request(&self) -> Request<'_> {
        self.come(false);
        Request(self)
    }
    pub fn migrate(&self) -> Migration<'_> {
        self.come(true);
        Migration(self)
    }
}
impl Drop for Request<'_> {
    fn drop(&mut self) {
        let mut s = self.0.state.lock().unwrap();
        s.requests -= 1;
        if s.requests == 0 {
            s.queue.pop_front();
        }
        self.0.changed.notify_all();
    }
}
impl Drop for Migration<'_> {
    fn drop(&mut self) {
        let mut s = self.0.state.lock().unwrap();
        s.is_migrating = false;
        if s.queue.front().is_some_and(|w| w.1) {
            s.queue.pop_front();
        } else {
            while s.queue.front().is_some_and(|w| !w.1) {
                s.queue.pop_front();
            }
        }
        self.0.changed.notify_all();
    }
}
