//! verdict: failing-test a_player_who_leaves_two_rounds_later_takes_no_place
//! A flag that each beginning turns over. A player who is polled two rounds later finds it as it was, and waits.
//!
//! The lobby of an online game: a round begins when enough players are ready.

use std::future::poll_fn;
use std::mem;
use std::sync::Mutex;
use std::task::{Poll, Waker};

/// Where players wait for a round.
pub struct Lobby {
    players: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sense: bool,
    waiting: usize,
    wakers: Vec<Waker>,
}

struct Place<'a> {
    lobby: &'a Lobby,
    sense: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.lobby.state.lock().unwrap();
        if state.sense == self.sense {
            state.waiting -= 1;
        }
    }
}

impl Lobby {
    /// A lobby whose rounds have this many players, at least one.
    pub fn new(players: usize) -> Self {
        Self { players, state: Mutex::default() }
    }

    /// The player is ready, and waits until the round begins. A player who leaves before, that is, drops this future,
    /// does not count. Every player may be ready again for the next round.
    pub async fn ready(&self) {
        let place = {
            let mut state = self.state.lock().unwrap();
            state.waiting += 1;
            if state.waiting == self.players {
                state.sense = !state.sense;
                state.waiting = 0;
                let wakers = mem::take(&mut state.wakers);
                drop(state);
                wakers.into_iter().for_each(Waker::wake);
                return;
            }
            Place { lobby: self, sense: state.sense }
        };
        poll_fn(|context| {
            let mut state = self.state.lock().unwrap();
            if state.sense != place.sense {
                return Poll::Ready(());
            }
            state.wakers.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
