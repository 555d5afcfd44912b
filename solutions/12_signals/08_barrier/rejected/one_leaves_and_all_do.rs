//! verdict: failing-test a_player_who_leaves_takes_nobody_along
//! A player who leaves takes all others of this round off the count.
//!
//! The lobby of an online game: a round begins when enough players are ready.

use std::mem;
use std::sync::Mutex;

use smol::channel::{Receiver, Sender, bounded};

/// Where players wait for a round.
pub struct Lobby {
    players: usize,
    state: Mutex<State>,
}

struct State {
    /// The number of the round that players wait for.
    round: u64,
    waiting: usize,
    /// Nothing is ever sent. Dropping it begins the round.
    begin: Sender<()>,
    begun: Receiver<()>,
}

/// A player who waits.
struct Place<'a> {
    lobby: &'a Lobby,
    round: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.lobby.state.lock().unwrap();
        if state.round == self.round {
            state.waiting = 0;
        }
    }
}

impl Lobby {
    /// A lobby whose rounds have this many players, at least one.
    pub fn new(players: usize) -> Self {
        let (begin, begun) = bounded(1);
        Self { players, state: Mutex::new(State { round: 0, waiting: 0, begin, begun }) }
    }

    /// The player is ready, and waits until the round begins. A player who leaves before, that is, drops this future,
    /// does not count. Every player may be ready again for the next round.
    pub async fn ready(&self) {
        let (place, begun) = {
            let mut state = self.state.lock().unwrap();
            state.waiting += 1;
            if state.waiting == self.players {
                let (begin, begun) = bounded(1);
                state.round += 1;
                state.waiting = 0;
                state.begun = begun;
                let begin = mem::replace(&mut state.begin, begin);
                drop(state);
                drop(begin);
                return;
            }
            (Place { lobby: self, round: state.round }, state.begun.clone())
        };
        let _ = begun.recv().await;
        drop(place);
    }
}
