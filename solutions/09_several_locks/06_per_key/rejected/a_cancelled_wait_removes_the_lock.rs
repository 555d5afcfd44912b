//! verdict: failing-test a_dropped_push_frees_no_branch
//! A push that is dropped while it waits removes the lock, which another push holds.
//!
//! Turns for the branches of a git server. Pushes to one branch happen one after another.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// The branches in use. A branch is kept only while a push waits for it or has its turn.
pub struct Branches<B> {
    entries: Mutex<HashMap<B, Entry>>,
}

/// What is kept of one branch.
#[derive(Default)]
struct Entry {
    lock: Arc<AsyncMutex<()>>,
    /// How many pushes wait for the lock or hold it. Changed only while `entries` is locked.
    users: usize,
}

/// One user of a branch, from its call to the end of its turn, or until it gives up.
struct User<'a, B: Clone + Eq + Hash> {
    branches: &'a Branches<B>,
    branch: B,
    has_its_turn: bool,
}

/// The right to push to one branch. Dropping it ends the turn.
pub struct Turn<'a, B: Clone + Eq + Hash> {
    _guard: OwnedMutexGuard<()>,
    _user: User<'a, B>,
}

impl<B> Default for Branches<B> {
    fn default() -> Self {
        Self { entries: Mutex::new(HashMap::new()) }
    }
}

impl<B: Clone + Eq + Hash> Branches<B> {
    /// Waits while another push to `branch` has its turn. Turns are given in the order of the calls.
    pub async fn turn(&self, branch: B) -> Turn<'_, B> {
        let (lock, mut user) = self.enter(branch);
        // If this wait is cancelled, `user` is dropped.
        let guard = lock.lock_owned().await;
        user.has_its_turn = true;
        Turn { _guard: guard, _user: user }
    }

    /// Finds or makes the lock and counts its new user, in one step.
    fn enter(&self, branch: B) -> (Arc<AsyncMutex<()>>, User<'_, B>) {
        let mut entries = self.entries.lock().unwrap();
        let entry = entries.entry(branch.clone()).or_default();
        entry.users += 1;
        (Arc::clone(&entry.lock), User { branches: self, branch, has_its_turn: false })
    }
}

impl<B: Clone + Eq + Hash> Drop for User<'_, B> {
    fn drop(&mut self) {
        let mut entries = self.branches.entries.lock().unwrap();
        if let Some(entry) = entries.get_mut(&self.branch) {
            entry.users -= 1;
            if entry.users == 0 || !self.has_its_turn {
                entries.remove(&self.branch);
            }
        }
    }
}
