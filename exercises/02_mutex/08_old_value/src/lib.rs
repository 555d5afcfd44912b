//! The sessions of a server, one for each user who is logged in.

use std::collections::BTreeMap;
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
        // TODO: the old session is dropped while the lock is held.
        self.open.lock().unwrap().insert(user, session);
    }

    /// Ends the session of `user` and returns `true`, or returns `false` if there is none.
    pub fn log_out(&self, user: u32) -> bool {
        // TODO: the same here.
        self.open.lock().unwrap().remove(&user).is_some()
    }

    /// Ends all sessions. They have ended when this returns.
    pub fn log_out_all(&self) {
        // TODO: and here.
        self.open.lock().unwrap().clear();
    }

    /// How many users are logged in.
    pub fn len(&self) -> usize {
        self.open.lock().unwrap().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
