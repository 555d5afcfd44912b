//! verdict: failing-test pushes_to_other_branches_do_not_wait
//! Waits for the branch while the map is locked: the first push that has to wait stops all others.
//!
//! Turns for the branches of a git server. Pushes to one branch happen one after another.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, atomic::AtomicUsize, atomic::Ordering};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// The branches in use, and a lock for each of them. A branch is kept only while a push waits for it or has its turn.
pub struct Branches<B> {
    locks: Mutex<HashMap<B, (Arc<AsyncMutex<()>>, Arc<AtomicUsize>)>>,
    /// Held from the look into the map to the beginning of the turn.
    entering: AsyncMutex<()>,
}

/// The right to push to one branch. Dropping it ends the turn.
pub struct Turn<'a, B: Clone + Eq + Hash> {
    branches: &'a Branches<B>,
    branch: B,
    _guard: OwnedMutexGuard<()>,
}

impl<B> Default for Branches<B> {
    fn default() -> Self {
        Self { locks: Mutex::new(HashMap::new()), entering: AsyncMutex::new(()) }
    }
}

impl<B: Clone + Eq + Hash> Branches<B> {
    /// Waits while another push to `branch` has its turn. Turns are given in the order of the calls.
    pub async fn turn(&self, branch: B) -> Turn<'_, B> {
        let _entering = self.entering.lock().await;
        let (lock, users) = self.locks.lock().unwrap().entry(branch.clone()).or_default().clone();
        users.fetch_add(1, Ordering::SeqCst);
        Turn { branches: self, branch, _guard: lock.lock_owned().await }
    }
}

impl<B: Clone + Eq + Hash> Drop for Turn<'_, B> {
    fn drop(&mut self) {
        let mut locks = self.branches.locks.lock().unwrap();
        if locks.get(&self.branch).is_some_and(|(_, users)| users.fetch_sub(1, Ordering::SeqCst) == 1) {
            locks.remove(&self.branch);
        }
    }
}
