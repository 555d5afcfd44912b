//! verdict: deadlock a_round_begins_when_all_players_are_ready
//! Counts and looks in two steps: two players may each find the other missing.
//!
//! The lobby of an online game: a round begins when enough players are ready.

use std::sync::Mutex;

use smol::channel::{Receiver, Sender, bounded};

/// Where players wait for a round.
pub struct Lobby {
    players: usize,
    next: Mutex<Round>,
}

impl Lobby {
    /// A lobby whose rounds have this many players, at least one.
    pub fn new(players: usize) -> Self {
        Self { players, next: Mutex::new(Round::new(0)) }
    }

    /// The player is ready, and waits until the round begins. A player who leaves before, that is, drops this future,
    /// does not count. Every player may be ready again for the next round.
    pub async fn ready(&self) {
        let (_seat, begins) = {
            let mut next = self.next.lock().unwrap();
            let others = next.ready;
            drop(next);
            next = self.next.lock().unwrap();
            next.ready += 1;
            if others + 1 == self.players {
                *next = Round::new(next.number + 1);
                return;
            }
            (Seat { lobby: self, round: next.number }, next.begins.clone())
        };
        let _ = begins.recv().await;
    }
}

/// The round that players wait for. Nothing is ever sent: the channel closes when the round begins.
struct Round {
    number: u64,
    ready: usize,
    _begin: Sender<()>,
    begins: Receiver<()>,
}

impl Round {
    fn new(number: u64) -> Self {
        let (begin, begins) = bounded(1);
        Self { number, ready: 0, _begin: begin, begins }
    }
}

/// The place of a player who waits for a round.
struct Seat<'a> {
    lobby: &'a Lobby,
    round: u64,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut next = self.lobby.next.lock().unwrap();
        // If the round has begun, the next one knows nothing of this player.
        if next.number == self.round {
            next.ready -= 1;
        }
    }
}
