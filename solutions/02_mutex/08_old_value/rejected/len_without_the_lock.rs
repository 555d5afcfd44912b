//! verdict: deadlock the_end_of_one_session_may_end_another
//! `len` does not lock any more, but a `Drop` may call any method: one that ends another session still deadlocks.
//!
//! The sessions of a server, one for each user who is logged in.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The open sessions, by user. A session ends when it is dropped, and its `Drop` may call any method of `Sessions`.
pub struct Sessions<S> {
    open: Mutex<BTreeMap<u32, S>>,
    count: AtomicUsize,
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self { open: Mutex::default(), count: AtomicUsize::new(0) }
    }
}

impl<S> Sessions<S> {
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a session for `user`. If there is one already, replaces it; it has ended when this returns.
    pub fn log_in(&self, user: u32, session: S) {
        let mut open = self.open.lock().unwrap();
        if !open.contains_key(&user) {
            self.count.fetch_add(1, Ordering::SeqCst);
        }
        open.insert(user, session);
    }

    /// Ends the session of `user` and returns `true`, or returns `false` if there is none.
    pub fn log_out(&self, user: u32) -> bool {
        let mut open = self.open.lock().unwrap();
        if open.contains_key(&user) {
            self.count.fetch_sub(1, Ordering::SeqCst);
        }
        open.remove(&user).is_some()
    }

    /// Ends all sessions. They have ended when this returns.
    pub fn log_out_all(&self) {
        let mut open = self.open.lock().unwrap();
        self.count.store(0, Ordering::SeqCst);
        open.clear();
    }

    /// How many users are logged in.
    pub fn len(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
