//! verdict: failing-test a_caller_that_is_being_woken_keeps_its_place
//! Calls the next number and forgets it. A caller that comes before that thread has woken finds nobody waiting.
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
    called: u64,
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
        if s.is_migrating || s.called < s.next {
            let mine = s.next;
            s.next += 1;
            s = self.changed.wait_while(s, |s| s.called <= mine || s.is_migrating).unwrap();
        }
        s.requests += 1;
        // The next one may be a request.
        if s.called < s.next {
            s.called += 1;
            self.changed.notify_all();
        }
        Request(self)
    }
    pub fn migrate(&self) -> Migration<'_> {
        let mut s = self.state.lock().unwrap();
        if s.is_migrating || s.requests > 0 || s.called < s.next {
            let mine = s.next;
            s.next += 1;
            s = self.changed.wait_while(s, |s| s.called <= mine || s.is_migrating || s.requests > 0).unwrap();
        }
        s.is_migrating = true;
        drop(s);
        Migration(self)
    }
}
impl Drop for Request<'_> {
    fn drop(&mut self) {
        let mut s = self.0.state.lock().unwrap();
        s.requests -= 1;
        if s.requests == 0 && s.called < s.next {
            s.called += 1
        }
        self.0.changed.notify_all();
    }
}
impl Drop for Migration<'_> {
    fn drop(&mut self) {
        let mut s = self.0.state.lock().unwrap();
        s.is_migrating = false;
        if s.called < s.next {
            s.called += 1
        }
        self.0.changed.notify_all();
    }
}
