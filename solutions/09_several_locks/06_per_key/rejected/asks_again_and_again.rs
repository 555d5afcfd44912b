//! verdict: failing-test a_push_that_waits_sleeps
//! A set of the branches in use, and a loop that asks again: nothing overlaps, but those that wait keep a core busy.
//!
//! Turns for the branches of a git server. Pushes to one branch happen one after another.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Mutex;

/// The branches in use.
pub struct Branches<B> {
    in_use: Mutex<HashSet<B>>,
}

/// The right to push to one branch. Dropping it ends the turn.
pub struct Turn<'a, B: Clone + Eq + Hash> {
    branches: &'a Branches<B>,
    branch: B,
}

impl<B> Default for Branches<B> {
    fn default() -> Self {
        Self { in_use: Mutex::new(HashSet::new()) }
    }
}

impl<B: Clone + Eq + Hash> Branches<B> {
    /// Waits while another push to `branch` has its turn. Turns are given in the order of the calls.
    pub async fn turn(&self, branch: B) -> Turn<'_, B> {
        while !self.in_use.lock().unwrap().insert(branch.clone()) {
            tokio::task::yield_now().await;
        }
        Turn { branches: self, branch }
    }
}

impl<B: Clone + Eq + Hash> Drop for Turn<'_, B> {
    fn drop(&mut self) {
        self.branches.in_use.lock().unwrap().remove(&self.branch);
    }
}
