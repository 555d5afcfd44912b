//! How far a log has got, and a way to wait until it has got further.

use std::sync::Mutex;

use tokio::sync::oneshot;

/// A position that only moves forward.
#[derive(Default)]
pub struct Progress {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    position: u64,
    waiters: Vec<(u64, oneshot::Sender<()>)>,
}

impl Progress {
    /// Progress at position 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves to `position`, unless it is there or further already. May be called by several threads at once.
    pub fn advance_to(&self, position: u64) {
        let reached: Vec<_> = {
            let mut state = self.state.lock().unwrap();
            state.position = state.position.max(position);
            let now = state.position;
            state.waiters.extract_if(.., |(position, _)| *position <= now).collect()
        };
        for (_, waiter) in reached {
            // An error means that this one has given up.
            let _ = waiter.send(());
        }
    }

    pub fn position(&self) -> u64 {
        self.state.lock().unwrap().position
    }

    /// Waits until the position is `position` or further.
    pub async fn reached(&self, position: u64) {
        let receiver = {
            let mut state = self.state.lock().unwrap();
            if state.position >= position {
                return;
            }
            let (sender, receiver) = oneshot::channel();
            state.waiters.retain(|(_, sender)| !sender.is_closed());
            state.waiters.push((position, sender));
            receiver
        };
        receiver.await.expect("a waiter stays in the list until it is told");
    }
}
