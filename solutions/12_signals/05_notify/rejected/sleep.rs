//! verdict: panic a_follower_is_woken_by_the_advance_and_by_nothing_else
//! Polls every millisecond: it misses nothing, but only the clock wakes it.
//!
//! How far a log has got, and a way to wait until it has got further.

use std::sync::Mutex;

use tokio::sync::Notify;

/// A position that only moves forward.
#[derive(Default)]
pub struct Progress {
    position: Mutex<u64>,
    moved: Notify,
}

impl Progress {
    /// Progress at position 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves to `position`, unless it is there or further already. May be called by several threads at once.
    pub fn advance_to(&self, position: u64) {
        {
            let mut now = self.position.lock().unwrap();
            *now = position.max(*now);
        }
        self.moved.notify_waiters();
    }

    pub fn position(&self) -> u64 {
        *self.position.lock().unwrap()
    }

    /// Waits until the position is `position` or further.
    pub async fn reached(&self, position: u64) {
        while self.position() < position {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }
}
