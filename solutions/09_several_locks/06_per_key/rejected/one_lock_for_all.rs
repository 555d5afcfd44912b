//! verdict: failing-test pushes_to_other_branches_do_not_wait
//! One lock for all branches: there is nothing to clean up, and everybody waits for everybody.
//!
//! Turns for the branches of a git server. Pushes to one branch happen one after another.

use std::hash::Hash;
use std::marker::PhantomData;

use tokio::sync::{Mutex, MutexGuard};

/// One lock for all branches.
pub struct Branches<B> {
    lock: Mutex<()>,
    branch: PhantomData<B>,
}

/// The right to push to one branch. Dropping it ends the turn.
pub struct Turn<'a, B: Clone + Eq + Hash> {
    _guard: MutexGuard<'a, ()>,
    _branch: B,
}

impl<B> Default for Branches<B> {
    fn default() -> Self {
        Self { lock: Mutex::new(()), branch: PhantomData }
    }
}

impl<B: Clone + Eq + Hash> Branches<B> {
    /// Waits while another push to `branch` has its turn. Turns are given in the order of the calls.
    pub async fn turn(&self, branch: B) -> Turn<'_, B> {
        Turn { _guard: self.lock.lock().await, _branch: branch }
    }
}
