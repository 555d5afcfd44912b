//! The lobby of an online game: a round begins when enough players are ready.

use smol::lock::Barrier;

/// Where players wait for a round.
pub struct Lobby {
    barrier: Barrier,
}

impl Lobby {
    /// A lobby whose rounds have this many players, at least one.
    pub fn new(players: usize) -> Self {
        Self { barrier: Barrier::new(players) }
    }

    /// The player is ready, and waits until the round begins. A player who leaves before, that is, drops this future,
    /// does not count. Every player may be ready again for the next round.
    pub async fn ready(&self) {
        // TODO: what does the barrier know of a player who leaves?
        self.barrier.wait().await;
    }
}
