//! verdict: failing-test a_position_never_moves_back
//! Checks and stores in two steps: of two advances at once, the smaller one may overwrite the larger.
//!
//! How far a log has got, and a way to wait until it has got further.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use tokio::sync::Notify;

/// A position that only moves forward.
#[derive(Default)]
pub struct Progress {
    position: AtomicU64,
    moved: Notify,
}

impl Progress {
    /// Progress at position 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves to `position`, unless it is there or further already. May be called by several threads at once.
    pub fn advance_to(&self, position: u64) {
        if position > self.position.load(SeqCst) {
            self.position.store(position, SeqCst);
        }
        self.moved.notify_waiters();
    }

    pub fn position(&self) -> u64 {
        self.position.load(SeqCst)
    }

    /// Waits until the position is `position` or further.
    pub async fn reached(&self, position: u64) {
        loop {
            let moved = self.moved.notified();
            if self.position() >= position {
                return;
            }
            moved.await;
        }
    }
}
