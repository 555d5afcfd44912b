//! verdict: failing-test two_logs_are_independent
//! The position is a `static`: all logs move together.
//!
//! How far a log has got, and a way to wait until it has got further.

use std::sync::Mutex;

use tokio::sync::Notify;

static POSITION: Mutex<u64> = Mutex::new(0);

/// A position that only moves forward.
#[derive(Default)]
pub struct Progress {
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
            let mut now = POSITION.lock().unwrap();
            *now = position.max(*now);
        }
        self.moved.notify_waiters();
    }

    pub fn position(&self) -> u64 {
        *POSITION.lock().unwrap()
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
