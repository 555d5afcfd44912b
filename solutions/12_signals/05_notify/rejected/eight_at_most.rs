//! verdict: failing-test any_number_of_followers_is_released
//! Wakes only the first eight that wait.
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

impl Progress {
    /// Progress at position 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves to `position`, unless it is there or further already. May be called by several threads at once.
    pub fn advance_to(&self, position: u64) {
        let woken: Vec<_> = {
            let mut state = self.state.lock().unwrap();
            state.position = state.position.max(position);
            let eight = state.waiting.len().min(8);
            state.waiting.drain(..eight).collect()
        };
        for (_, waker) in woken {
            waker.wake();
        }
    }

    pub fn position(&self) -> u64 {
        self.state.lock().unwrap().position
    }

    /// Waits until the position is `position` or further.
    pub async fn reached(&self, position: u64) {
        poll_fn(|context| {
            let mut state = self.state.lock().unwrap();
            if state.position >= position {
                return Poll::Ready(());
            }
            state.waiting.push((position, context.waker().clone()));
            Poll::Pending
        })
        .await
    }
}
