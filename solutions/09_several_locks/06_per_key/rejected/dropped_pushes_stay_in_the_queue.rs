//! verdict: failing-test a_dropped_push_leaves_nothing_behind
//! A queue for each branch. A push that is dropped stays in it, with its waker, until the turn of another one ends.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::hash::Hash;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

/// For each branch in use, the pushes that wait for it, in order.
pub struct Branches<B> {
    waiting: Mutex<HashMap<B, VecDeque<Arc<Mutex<Place>>>>>,
}

/// What the queue knows of a push.
#[derive(Default)]
struct Place {
    waker: Option<Waker>,
    has_turn: bool,
    is_gone: bool,
}

/// The right to push to one branch. Dropping it ends the turn.
pub struct Turn<'a, B: Clone + Eq + Hash> {
    branches: &'a Branches<B>,
    branch: B,
}

/// A push in the queue.
struct Waiting<'a, B: Clone + Eq + Hash> {
    branches: &'a Branches<B>,
    branch: Option<B>,
    place: Arc<Mutex<Place>>,
}

impl<B> Default for Branches<B> {
    fn default() -> Self {
        Self { waiting: Mutex::new(HashMap::new()) }
    }
}

impl<B: Clone + Eq + Hash> Branches<B> {
    /// Waits while another push to `branch` has its turn. Turns are given in the order of the calls.
    pub async fn turn(&self, branch: B) -> Turn<'_, B> {
        let Some(place) = self.enter(&branch) else { return Turn { branches: self, branch } };
        let mut waiting = Waiting { branches: self, branch: Some(branch), place };
        poll_fn(|context| {
            let mut place = waiting.place.lock().unwrap();
            if place.has_turn {
                return Poll::Ready(());
            }
            place.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
        let branch = waiting.branch.take().expect("taken here only");
        Turn { branches: self, branch }
    }

    /// `None` if the branch is free.
    fn enter(&self, branch: &B) -> Option<Arc<Mutex<Place>>> {
        match self.waiting.lock().unwrap().entry(branch.clone()) {
            Entry::Vacant(vacant) => {
                vacant.insert(VecDeque::new());
                None
            }
            Entry::Occupied(mut occupied) => {
                let place = Arc::new(Mutex::new(Place::default()));
                occupied.get_mut().push_back(Arc::clone(&place));
                Some(place)
            }
        }
    }

    /// Gives the turn to the next push that still waits, or forgets the branch.
    fn pass_on(&self, branch: &B) {
        let mut waiting = self.waiting.lock().unwrap();
        while let Some(next) = waiting.get_mut(branch).and_then(VecDeque::pop_front) {
            let mut next = next.lock().unwrap();
            if !next.is_gone {
                next.has_turn = true;
                if let Some(waker) = next.waker.take() {
                    waker.wake();
                }
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

impl<B: Clone + Eq + Hash> Drop for Waiting<'_, B> {
    fn drop(&mut self) {
        let Some(branch) = self.branch.take() else { return };
        let has_turn = {
            let mut place = self.place.lock().unwrap();
            place.is_gone = true;
            place.has_turn
        };
        if has_turn {
            self.branches.pass_on(&branch);
        }
    }
}
