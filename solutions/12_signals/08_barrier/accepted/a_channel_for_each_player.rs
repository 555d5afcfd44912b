//! The lobby of an online game: a round begins when enough players are ready.

use std::sync::Mutex;

use smol::channel::{Sender, bounded};

/// Where players wait for a round.
pub struct Lobby {
    players: usize,
    waiting: Mutex<Vec<Sender<()>>>,
}

impl Lobby {
    /// A lobby whose rounds have this many players, at least one.
    pub fn new(players: usize) -> Self {
        Self { players, waiting: Mutex::default() }
    }

    /// The player is ready, and waits until the round begins. A player who leaves before, that is, drops this future,
    /// does not count. Every player may be ready again for the next round.
    pub async fn ready(&self) {
        let begins = {
            let mut waiting = self.waiting.lock().unwrap();
            // The receiver of a player who has left is gone.
            waiting.retain(|player| !player.is_closed());
            if waiting.len() + 1 == self.players {
                // Dropping a sender tells its player.
                waiting.clear();
                return;
            }
            let (begin, begins) = bounded(1);
            waiting.push(begin);
            begins
        };
        let _ = begins.recv().await;
    }
}
