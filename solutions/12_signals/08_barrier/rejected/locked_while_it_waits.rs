//! verdict: failing-test a_player_who_leaves_does_not_count
//! Holds the lock while it waits, so that nobody else can be ready.
//!
//! The lobby of an online game: a round begins when enough players are ready.

use smol::channel::{Receiver, Sender, bounded};
use smol::lock::Mutex;

/// Where players wait for a round.
pub struct Lobby {
    players: usize,
    next: Mutex<Round>,
}

impl Lobby {
    /// A lobby whose rounds have this many players, at least one.
    pub fn new(players: usize) -> Self {
        Self { players, next: Mutex::new(Round::new()) }
    }

    /// The player is ready, and waits until the round begins. A player who leaves before, that is, drops this future,
    /// does not count. Every player may be ready again for the next round.
    pub async fn ready(&self) {
        let mut next = self.next.lock().await;
        next.ready += 1;
        if next.ready == self.players {
            *next = Round::new();
            return;
        }
        let _ = next.begins.recv().await;
    }
}

struct Round {
    ready: usize,
    _begin: Sender<()>,
    begins: Receiver<()>,
}

impl Round {
    fn new() -> Self {
        let (begin, begins) = bounded(1);
        Self { ready: 0, _begin: begin, begins }
    }
}
