//! verdict: failing-test an_advance_may_go_further_than_its_followers
//! Wakes the followers of exactly this position. An advance from 0 to 5 passes 3, but wakes no follower there.
//!
//! How far a log has got, and a way to wait until it has got further.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

#[derive(Default)]
struct State {
    position: u64,
    next: u64,
    waiting: BTreeMap<(u64, u64), Waker>,
}

/// A position that only moves forward.
#[derive(Default)]
pub struct Progress {
    state: Mutex<State>,
}

struct Reached<'a> {
    progress: &'a Progress,
    position: u64,
    key: Option<u64>,
}

impl Future for Reached<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.progress.state.lock().unwrap();
        if state.position >= self.position {
            return Poll::Ready(());
        }
        let key = self.key.unwrap_or_else(|| {
            state.next += 1;
            state.next
        });
        state.waiting.insert((self.position, key), context.waker().clone());
        drop(state);
        self.key = Some(key);
        Poll::Pending
    }
}

impl Drop for Reached<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.progress.state.lock().unwrap().waiting.remove(&(self.position, key));
        }
    }
}

impl Progress {
    /// Progress at position 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves to `position`, unless it is there or further already. May be called by several threads at once.
    pub fn advance_to(&self, position: u64) {
        let mut state = self.state.lock().unwrap();
        state.position = position.max(state.position);
        let woken: Vec<_> = state.waiting.extract_if(.., |key, _| key.0 == position).collect();
        drop(state);
        woken.into_iter().for_each(|(_, waker)| waker.wake());
    }

    pub fn position(&self) -> u64 {
        self.state.lock().unwrap().position
    }

    /// Waits until the position is `position` or further.
    pub async fn reached(&self, position: u64) {
        Reached { progress: self, position, key: None }.await;
    }
}
