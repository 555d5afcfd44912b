//! verdict: deadlock a_new_session_ends_the_old_one
//! The guard of an `if let` lives through its block, and the old session is dropped inside it.
//!
//! The sessions of a server, one for each user who is logged in.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Mutex;

/// The open sessions, by user. A session ends when it is dropped, and its `Drop` may call any method of `Sessions`.
pub struct Sessions<S> {
    open: Mutex<BTreeMap<u32, S>>,
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
        if let Some(old) = self.open.lock().unwrap().insert(user, session) {
            drop(old);
        }
    }

    /// Ends the session of `user` and returns `true`, or returns `false` if there is none.
    pub fn log_out(&self, user: u32) -> bool {
        let old = self.open.lock().unwrap().remove(&user);
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
