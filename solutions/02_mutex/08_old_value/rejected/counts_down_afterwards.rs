//! verdict: failing-test the_end_of_one_session_may_end_another
//! Keeps the number of sessions beside the map and corrects it when the session has ended: too late for its `Drop`.
//!
//! The sessions of a server, one for each user who is logged in.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

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
        let old = self.open.lock().unwrap().insert(user, session);
        if old.is_none() {
            self.count.fetch_add(1, SeqCst);
        }
        drop(old);
    }

    /// Ends the session of `user` and returns `true`, or returns `false` if there is none.
    pub fn log_out(&self, user: u32) -> bool {
        let old = self.open.lock().unwrap().remove(&user);
        let was_open = old.is_some();
        drop(old);
        self.count.fetch_sub(usize::from(was_open), SeqCst);
        was_open
    }

    /// Ends all sessions. They have ended when this returns.
    pub fn log_out_all(&self) {
        let all = mem::take(&mut *self.open.lock().unwrap());
        self.count.fetch_sub(all.len(), SeqCst);
        drop(all);
    }

    /// How many users are logged in.
    pub fn len(&self) -> usize {
        self.count.load(SeqCst)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
