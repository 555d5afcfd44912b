//! verdict: failing-test a_push_that_waits_sleeps
//! A set of the branches in use, and one signal for all that wait: each turn that ends wakes all of them, also for other branches.
//!
//! Turns for the branches of a git server. Pushes to one branch happen one after another.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Mutex;

use tokio::sync::Notify;

/// The branches in use.
pub struct Branches<B> {
    in_use: Mutex<HashSet<B>>,
    freed: Notify,
}

/// The right to push to one branch. Dropping it ends the turn.
pub struct Turn<'a, B: Clone + Eq + Hash> {
    branches: &'a Branches<B>,
    branch: B,
}

impl<B> Default for Branches<B> {
    fn default() -> Self {
        Self { in_use: Mutex::new(HashSet::new()), freed: Notify::new() }
    }
}

impl<B: Clone + Eq + Hash> Branches<B> {
    /// Waits while another push to `branch` has its turn. Turns are given in the order of the calls.
    pub async fn turn(&self, branch: B) -> Turn<'_, B> {
        loop {
            let freed = self.freed.notified();
            if self.in_use.lock().unwrap().insert(branch.clone()) {
                break;
            }
            freed.await;
        }
        Turn { branches: self, branch }
    }
}

impl<B: Clone + Eq + Hash> Drop for Turn<'_, B> {
    fn drop(&mut self) {
        self.branches.in_use.lock().unwrap().remove(&self.branch);
        self.branches.freed.notify_waiters();
    }
}
