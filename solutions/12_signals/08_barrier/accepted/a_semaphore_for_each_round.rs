//! The lobby of an online game: a round begins when enough players are ready.

use std::sync::{Arc, Mutex};

use smol::lock::Semaphore;

/// Where players wait for a round.
pub struct Lobby {
    players: usize,
    next: Mutex<Round>,
}

struct Round {
    ready: usize,
    begins: Arc<Semaphore>,
}

impl Lobby {
    /// A lobby whose rounds have this many players, at least one.
    pub fn new(players: usize) -> Self {
        Self { players, next: Mutex::new(Round { ready: 0, begins: Arc::new(Semaphore::new(0)) }) }
    }

    /// The player is ready, and waits until the round begins. A player who leaves before, that is, drops this future,
    /// does not count. Every player may be ready again for the next round.
    pub async fn ready(&self) {
        let seat = {
            let mut next = self.next.lock().unwrap();
            next.ready += 1;
            let begins = Arc::clone(&next.begins);
            if next.ready == self.players {
                *next = Round { ready: 0, begins: Arc::new(Semaphore::new(0)) };
                begins.add_permits(self.players);
                return;
            }
            Seat { lobby: self, begins }
        };
        // The permit goes back at once: there is one for everybody.
        drop(seat.begins.acquire().await);
    }
}

struct Seat<'a> {
    lobby: &'a Lobby,
    begins: Arc<Semaphore>,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut next = self.lobby.next.lock().unwrap();
        if Arc::ptr_eq(&next.begins, &self.begins) {
            next.ready -= 1;
        }
    }
}
