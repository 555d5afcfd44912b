//! The sessions of a server, one for each user who is logged in.

use std::mem;
use std::sync::{Mutex, MutexGuard};

/// The open sessions, by user. A session ends when it is dropped, and its `Drop` may call any method of `Sessions`.
pub struct Sessions<S> {
    open: Mutex<Vec<(u32, S)>>,
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self { open: Default::default() }
    }
}

impl<S> Sessions<S> {
    pub fn new() -> Self {
        Self::default()
    }

    fn open(&self) -> MutexGuard<'_, Vec<(u32, S)>> {
        self.open.lock().unwrap()
    }

    /// Opens a session for `user`. If there is one already, replaces it; it has ended when this returns.
    pub fn log_in(&self, user: u32, mut session: S) {
        let mut open = self.open();
        match open.iter_mut().find(|(other, _)| *other == user) {
            // `session` is the old one from here on; parameters are dropped after all variables.
            Some((_, old)) => mem::swap(old, &mut session),
            None => open.push((user, session)),
        }
    }

    /// Ends the session of `user` and returns `true`, or returns `false` if there is none.
    pub fn log_out(&self, user: u32) -> bool {
        let ended = {
            let mut open = self.open();
            let place = open.iter().position(|(other, _)| *other == user);
            place.map(|place| open.swap_remove(place))
        };
        ended.is_some()
    }

    /// Ends all sessions. They have ended when this returns.
    pub fn log_out_all(&self) {
        let ended: Vec<_> = self.open().drain(..).collect();
        drop(ended);
    }

    /// How many users are logged in.
    pub fn len(&self) -> usize {
        self.open().len()
    }

    pub fn is_empty(&self) -> bool {
        self.open().is_empty()
    }
}
