//! How far a log has got, and a way to wait until it has got further.

use tokio::sync::watch;

/// A position that only moves forward.
#[derive(Default)]
pub struct Progress {
    position: watch::Sender<u64>,
}

impl Progress {
    /// Progress at position 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves to `position`, unless it is there or further already. May be called by several threads at once.
    pub fn advance_to(&self, position: u64) {
        self.position.send_if_modified(|now| {
            let moves = *now < position;
            *now = position.max(*now);
            moves
        });
    }

    pub fn position(&self) -> u64 {
        *self.position.borrow()
    }

    /// Waits until the position is `position` or further.
    pub async fn reached(&self, position: u64) {
        let mut receiver = self.position.subscribe();
        receiver.wait_for(|now| *now >= position).await.expect("the sender is in `self`");
    }
}
