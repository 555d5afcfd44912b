//! verdict: failing-test two_logins_at_once_leave_one_session
//! Looks for the old session and adds the new one under the next guard: two threads both find none, and both add one.
//!
//! The sessions of a server, one for each user who is logged in.

use std::mem;
use std::sync::Mutex;

/// The open sessions, by user. A session ends when it is dropped, and its `Drop` may call any method of `Sessions`.
pub struct Sessions<S> {
    open: Mutex<Vec<(u32, S)>>,
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self { open: Mutex::default() }
    }
}

impl<S> Sessions<S> {
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a session for `user`. If there is one already, replaces it; it has ended when this returns.
    pub fn log_in(&self, user: u32, session: S) {
        let place = self.open.lock().unwrap().iter().position(|(of, _)| *of == user);
        let old = match place {
            Some(place) => Some(mem::replace(&mut self.open.lock().unwrap()[place], (user, session))),
            None => {
                self.open.lock().unwrap().push((user, session));
                None
            }
        };
        drop(old);
    }

    /// Ends the session of `user` and returns `true`, or returns `false` if there is none.
    pub fn log_out(&self, user: u32) -> bool {
        let mut open = self.open.lock().unwrap();
        let place = open.iter().position(|(of, _)| *of == user);
        let old = place.map(|place| open.swap_remove(place));
        drop(open);
        old.is_some()
    }

    /// Ends all sessions. They have ended when this returns.
    pub fn log_out_all(&self) {
        let all = mem::take(&mut *self.open.lock().unwrap());
        drop(all);
    }

    /// How many users are logged in.
    pub fn len(&self) -> usize {
        self.open.lock().unwrap().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
