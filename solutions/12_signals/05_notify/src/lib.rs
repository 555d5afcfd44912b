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
        loop {
            let moved = self.moved.notified();
            if self.position() >= position {
                return;
            }
            moved.await;
        }
    }
}
