//! Turns for the branches of a git server. Pushes to one branch happen one after another.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::Mutex;

use tokio::sync::oneshot::{Receiver, Sender, channel};

/// The branches in use, and who waits for each of them. A branch that is in no push is not in the map.
pub struct Branches<B> {
    waiting: Mutex<HashMap<B, VecDeque<Sender<()>>>>,
}

/// The right to push to one branch. Dropping it ends the turn.
pub struct Turn<'a, B: Clone + Eq + Hash> {
    branches: &'a Branches<B>,
    branch: B,
}

/// A push in the queue.
struct Place<'a, B: Clone + Eq + Hash> {
    branches: &'a Branches<B>,
    branch: Option<B>,
    turn: Receiver<()>,
}

impl<B> Default for Branches<B> {
    fn default() -> Self {
        Self { waiting: Mutex::new(HashMap::new()) }
    }
}

impl<B: Clone + Eq + Hash> Branches<B> {
    /// Waits while another push to `branch` has its turn. Turns are given in the order of the calls.
    pub async fn turn(&self, branch: B) -> Turn<'_, B> {
        let Some(turn) = self.enter(&branch) else { return Turn { branches: self, branch } };
        let mut place = Place { branches: self, branch: Some(branch), turn };
        let _ = (&mut place.turn).await;
        let branch = place.branch.take().expect("taken here only");
        Turn { branches: self, branch }
    }

    /// `None` if the branch is free.
    fn enter(&self, branch: &B) -> Option<Receiver<()>> {
        let mut waiting = self.waiting.lock().unwrap();
        match waiting.get_mut(branch) {
            None => {
                waiting.insert(branch.clone(), VecDeque::new());
                None
            }
            Some(queue) => {
                let (sender, receiver) = channel();
                queue.push_back(sender);
                Some(receiver)
            }
        }
    }

    /// Gives the turn to the next push that still waits, or forgets the branch.
    fn pass_on(&self, branch: &B) {
        let mut waiting = self.waiting.lock().unwrap();
        while let Some(next) = waiting.get_mut(branch).and_then(VecDeque::pop_front) {
            if next.send(()).is_ok() {
                return;
            }
        }
        waiting.remove(branch);
    }
}

impl<B: Clone + Eq + Hash> Drop for Turn<'_, B> {
    fn drop(&mut self) {
        self.branches.pass_on(&self.branch);
    }
}

impl<B: Clone + Eq + Hash> Drop for Place<'_, B> {
    fn drop(&mut self) {
        let Some(branch) = self.branch.take() else { return };
        // After `close`, nobody can give the turn to this push. It may have got it before.
        self.turn.close();
        if self.turn.try_recv().is_ok() {
            self.branches.pass_on(&branch);
        } else if let Some(queue) = self.branches.waiting.lock().unwrap().get_mut(&branch) {
            queue.retain(|sender| !sender.is_closed());
        }
    }
}
