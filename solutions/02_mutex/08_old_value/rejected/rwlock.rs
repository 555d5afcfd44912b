//! verdict: deadlock a_new_session_ends_the_old_one
//! `len` only reads, but the reader waits for the writer, and the writer waits for the `Drop` that reads.
//!
//! The sessions of a server, one for each user who is logged in.

use std::collections::BTreeMap;
use std::sync::RwLock;

/// The open sessions, by user. A session ends when it is dropped, and its `Drop` may call any method of `Sessions`.
pub struct Sessions<S> {
    open: RwLock<BTreeMap<u32, S>>,
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self { open: RwLock::default() }
    }
}

impl<S> Sessions<S> {
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a session for `user`. If there is one already, replaces it; it has ended when this returns.
    pub fn log_in(&self, user: u32, session: S) {
        self.open.write().unwrap().insert(user, session);
    }

    /// Ends the session of `user` and returns `true`, or returns `false` if there is none.
    pub fn log_out(&self, user: u32) -> bool {
        self.open.write().unwrap().remove(&user).is_some()
    }

    /// Ends all sessions. They have ended when this returns.
    pub fn log_out_all(&self) {
        self.open.write().unwrap().clear();
    }

    /// How many users are logged in.
    pub fn len(&self) -> usize {
        self.open.read().unwrap().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
