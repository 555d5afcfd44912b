//! verdict: failing-test a_player_who_leaves_does_not_count
//! A task waits for the player, and goes on when the player has left.
//!
//! The lobby of an online game: a round begins when enough players are ready.

use std::sync::Arc;

use smol::lock::Barrier;

/// Where players wait for a round.
pub struct Lobby {
    barrier: Arc<Barrier>,
}

impl Lobby {
    /// A lobby whose rounds have this many players, at least one.
    pub fn new(players: usize) -> Self {
        Self { barrier: Arc::new(Barrier::new(players)) }
    }

    /// The player is ready, and waits until the round begins. A player who leaves before, that is, drops this future,
    /// does not count. Every player may be ready again for the next round.
    pub async fn ready(&self) {
        let barrier = Arc::clone(&self.barrier);
        let (tell, begins) = smol::channel::bounded(1);
        smol::spawn(async move {
            barrier.wait().await;
            let _ = tell.send(()).await;
        })
        .detach();
        let _ = begins.recv().await;
    }
}
