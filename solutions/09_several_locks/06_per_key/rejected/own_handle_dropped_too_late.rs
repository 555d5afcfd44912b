//! verdict: failing-test the_last_push_forgets_the_branch
//! Counts owners under the lock of the map, but drops its own handles after that. If two pushes end at once, each sees the other.
//!
//! Turns for the branches of a git server. Pushes to one branch happen one after another.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// The branches in use, and a lock for each of them. A branch is kept only while a push waits for it or has its turn.
pub struct Branches<B> {
    locks: Mutex<HashMap<B, Arc<AsyncMutex<()>>>>,
}

/// The right to push to one branch. Dropping it ends the turn.
pub struct Turn<'a, B: Clone + Eq + Hash> {
    _guard: OwnedMutexGuard<()>,
    _user: User<'a, B>,
}

/// A push that waits or has its turn.
struct User<'a, B: Clone + Eq + Hash> {
    branches: &'a Branches<B>,
    branch: B,
    lock: Arc<AsyncMutex<()>>,
}

impl<B> Default for Branches<B> {
    fn default() -> Self {
        Self { locks: Mutex::new(HashMap::new()) }
    }
}

impl<B: Clone + Eq + Hash> Branches<B> {
    /// Waits while another push to `branch` has its turn. Turns are given in the order of the calls.
    pub async fn turn(&self, branch: B) -> Turn<'_, B> {
        let lock = Arc::clone(self.locks.lock().unwrap().entry(branch.clone()).or_default());
        let user = User { branches: self, branch, lock: Arc::clone(&lock) };
        Turn { _guard: lock.lock_owned().await, _user: user }
    }
}

impl<B: Clone + Eq + Hash> Drop for User<'_, B> {
    fn drop(&mut self) {
        let mut locks = self.branches.locks.lock().unwrap();
        // The map and this push.
        if Arc::strong_count(&self.lock) == 2 {
            locks.remove(&self.branch);
        }
    }
}
