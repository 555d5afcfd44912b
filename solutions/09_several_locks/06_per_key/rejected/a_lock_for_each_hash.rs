//! verdict: failing-test pushes_to_other_branches_do_not_wait
//! A fixed number of locks, chosen by the hash of the key: there is nothing to clean up, but different branches share a lock.
//!
//! Turns for the branches of a git server. Pushes to one branch happen one after another.

use std::hash::{BuildHasher, Hash, RandomState};
use std::marker::PhantomData;

use tokio::sync::{Mutex, MutexGuard};

/// A thousand locks for any number of branches.
pub struct Branches<B> {
    locks: Vec<Mutex<()>>,
    hashes: RandomState,
    branch: PhantomData<B>,
}

/// The right to push to one branch. Dropping it ends the turn.
pub struct Turn<'a, B: Clone + Eq + Hash> {
    _guard: MutexGuard<'a, ()>,
    _branch: B,
}

impl<B> Default for Branches<B> {
    fn default() -> Self {
        let locks = (0..1_000).map(|_| Mutex::new(())).collect();
        Self { locks, hashes: RandomState::new(), branch: PhantomData }
    }
}

impl<B: Clone + Eq + Hash> Branches<B> {
    /// Waits while another push to `branch` has its turn. Turns are given in the order of the calls.
    pub async fn turn(&self, branch: B) -> Turn<'_, B> {
        let slot = self.hashes.hash_one(&branch) as usize % self.locks.len();
        Turn { _guard: self.locks[slot].lock().await, _branch: branch }
    }
}
