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
    branches: &'a Branches<B>,
    branch: B,
    _guard: OwnedMutexGuard<()>,
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
        Turn { branches: self, branch, _guard: lock.lock_owned().await }
    }
}

impl<B: Clone + Eq + Hash> Drop for Turn<'_, B> {
    fn drop(&mut self) {
        // TODO: other pushes may wait for this lock, and the next call will not find it.
        self.branches.locks.lock().unwrap().remove(&self.branch);
    }
}
