//! verdict: failing-test a_fast_player_takes_nobodys_beginning
//! Waits until enough players are ready, and the last who leaves the lobby resets the count. A fast player of the next round is counted for this one.
//!
//! The lobby of an online game: a round begins when enough players are ready.

use std::sync::Mutex;

use smol::channel::{Receiver, Sender, bounded};

/// Where players wait for a round.
pub struct Lobby {
    players: usize,
    ready: Mutex<usize>,
    leaving: Mutex<usize>,
    begin: Sender<()>,
    begins: Receiver<()>,
}

impl Lobby {
    /// A lobby whose rounds have this many players, at least one.
    pub fn new(players: usize) -> Self {
        let (begin, begins) = bounded(1);
        Self { players, ready: Mutex::new(0), leaving: Mutex::new(0), begin, begins }
    }

    /// The player is ready, and waits until the round begins. A player who leaves before, that is, drops this future,
    /// does not count. Every player may be ready again for the next round.
    pub async fn ready(&self) {
        let seat = Seat(self);
        let is_last = {
            let mut ready = self.ready.lock().unwrap();
            *ready += 1;
            *ready >= self.players
        };
        if !is_last {
            let _ = self.begins.recv().await;
        }
        std::mem::forget(seat);
        let mut leaving = self.leaving.lock().unwrap();
        *leaving += 1;
        if *leaving == self.players {
            *leaving = 0;
            *self.ready.lock().unwrap() = 0;
        } else {
            let _ = self.begin.try_send(());
        }
    }
}

struct Seat<'a>(&'a Lobby);

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        *self.0.ready.lock().unwrap() -= 1;
    }
}
