//! verdict: failing-test a_follower_that_moves_to_another_task_is_woken_there
//! Registers at the first poll only. If another task polls the future later, that task is never woken.
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
            let now = state.position;
            state.waiting.extract_if(.., |(position, _)| *position <= now).collect()
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
        let mut registered = false;
        poll_fn(|context| {
            let mut state = self.state.lock().unwrap();
            if state.position >= position {
                return Poll::Ready(());
            }
            if !registered {
                state.waiting.push((position, context.waker().clone()));
                registered = true;
            }
            Poll::Pending
        })
        .await
    }
}
