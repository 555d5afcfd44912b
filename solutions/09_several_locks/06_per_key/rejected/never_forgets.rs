//! verdict: failing-test a_branch_that_nobody_uses_is_forgotten
//! Keeps every lock for ever. Nothing overlaps, and the map grows with every branch that there ever was.
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
    _branches: &'a Branches<B>,
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
        let lock = Arc::clone(self.locks.lock().unwrap().entry(branch).or_default());
        Turn { _branches: self, _guard: lock.lock_owned().await }
    }
}
