//! verdict: failing-test a_follower_that_gives_up_takes_no_wake_up_with_it
//! Wakes one follower, which wakes the next, and so on. A follower that gives up after it was woken breaks the chain.
//!
//! How far a log has got, and a way to wait until it has got further.

use std::future::poll_fn;
use std::sync::Mutex;
use std::task::{Poll, Waker};

/// A position that only moves forward.
#[derive(Default)]
pub struct Progress {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    position: u64,
    waiting: Vec<(u64, Waker)>,
}

impl State {
    /// The waker of one follower whose position is reached.
    fn next(&mut self) -> Option<Waker> {
        let now = self.position;
        let next = self.waiting.iter().position(|(position, _)| *position <= now)?;
        Some(self.waiting.remove(next).1)
    }
}

impl Progress {
    /// Progress at position 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves to `position`, unless it is there or further already. May be called by several threads at once.
    pub fn advance_to(&self, position: u64) {
        let next = {
            let mut state = self.state.lock().unwrap();
            state.position = state.position.max(position);
            state.next()
        };
        if let Some(waker) = next {
            waker.wake();
        }
    }

    pub fn position(&self) -> u64 {
        self.state.lock().unwrap().position
    }

    /// Waits until the position is `position` or further.
    pub async fn reached(&self, position: u64) {
        let next = poll_fn(|context| {
            let mut state = self.state.lock().unwrap();
            if state.position >= position {
                return Poll::Ready(state.next());
            }
            state.waiting.push((position, context.waker().clone()));
            Poll::Pending
        });
        if let Some(waker) = next.await {
            waker.wake();
        }
    }
}
