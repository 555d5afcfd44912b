//! verdict: failing-test a_fast_player_takes_nobodys_beginning
//! Sends a message for each player who waits. A fast player takes one in the next round, and a slow one waits.
//!
//! The lobby of an online game: a round begins when enough players are ready.

use std::sync::Mutex;

use smol::channel::{Receiver, Sender, bounded};

/// Where players wait for a round.
pub struct Lobby {
    players: usize,
    ready: Mutex<usize>,
    begin: Sender<()>,
    begins: Receiver<()>,
}

impl Lobby {
    /// A lobby whose rounds have this many players, at least one.
    pub fn new(players: usize) -> Self {
        let (begin, begins) = bounded(players);
        Self { players, ready: Mutex::new(0), begin, begins }
    }

    /// The player is ready, and waits until the round begins. A player who leaves before, that is, drops this future,
    /// does not count. Every player may be ready again for the next round.
    pub async fn ready(&self) {
        {
            let mut ready = self.ready.lock().unwrap();
            *ready += 1;
            if *ready == self.players {
                *ready = 0;
                for _ in 1..self.players {
                    let _ = self.begin.try_send(());
                }
                return;
            }
        }
        let seat = Seat(self);
        let _ = self.begins.recv().await;
        std::mem::forget(seat);
    }
}

struct Seat<'a>(&'a Lobby);

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        *self.0.ready.lock().unwrap() -= 1;
    }
}
