//! The lobby of an online game: a round begins when enough players are ready.

use std::sync::Mutex;

use smol::channel::{Receiver, Sender, bounded};

/// Where players wait for a round.
pub struct Lobby {
    players: usize,
    /// The channel of the next round. A player who waits has a receiver; so has the lobby.
    next: Mutex<(Sender<()>, Receiver<()>)>,
}

impl Lobby {
    /// A lobby whose rounds have this many players, at least one.
    pub fn new(players: usize) -> Self {
        Self { players, next: Mutex::new(bounded(1)) }
    }

    /// The player is ready, and waits until the round begins. A player who leaves before, that is, drops this future,
    /// does not count. Every player may be ready again for the next round.
    pub async fn ready(&self) {
        let begins = {
            let mut next = self.next.lock().unwrap();
            if next.0.receiver_count() == self.players {
                *next = bounded(1);
                return;
            }
            next.1.clone()
        };
        let _ = begins.recv().await;
    }
}
