//! Turns for the branches of a git server. Pushes to one branch happen one after another.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The branches in use, and a semaphore of one permit for each. The map has one `Arc` of it, each push another.
pub struct Branches<B> {
    locks: Mutex<HashMap<B, Arc<Semaphore>>>,
}

/// The right to push to one branch. Dropping it ends the turn.
pub struct Turn<'a, B: Clone + Eq + Hash> {
    branches: &'a Branches<B>,
    branch: B,
    lock: Option<Arc<Semaphore>>,
    permit: Option<OwnedSemaphorePermit>,
}

impl<B> Default for Branches<B> {
    fn default() -> Self {
        Self { locks: Mutex::new(HashMap::new()) }
    }
}

impl<B: Clone + Eq + Hash> Branches<B> {
    /// Waits while another push to `branch` has its turn. Turns are given in the order of the calls.
    pub async fn turn(&self, branch: B) -> Turn<'_, B> {
        let lock = {
            let mut locks = self.locks.lock().unwrap();
            Arc::clone(locks.entry(branch.clone()).or_insert_with(|| Arc::new(Semaphore::new(1))))
        };
        // A turn from the beginning, but without a permit, so that it is cleaned up when the wait is cancelled.
        let mut turn = Turn { branches: self, branch, lock: Some(Arc::clone(&lock)), permit: None };
        turn.permit = lock.acquire_owned().await.ok();
        turn
    }
}

impl<B: Clone + Eq + Hash> Drop for Turn<'_, B> {
    fn drop(&mut self) {
        let mut locks = self.branches.locks.lock().unwrap();
        // The permit has an `Arc` as well.
        self.permit = None;
        self.lock = None;
        if locks.get(&self.branch).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            locks.remove(&self.branch);
        }
    }
}
