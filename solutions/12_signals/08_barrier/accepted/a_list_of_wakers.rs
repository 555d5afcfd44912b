//! The lobby of an online game: a round begins when enough players are ready.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::mem::take;
use std::sync::Mutex;
use std::task::{Poll, Waker};

/// Where players wait for a round.
pub struct Lobby {
    players: usize,
    state: Mutex<State>,
}

/// Those who wait have a number each, and no waker until they are polled.
#[derive(Default)]
struct State {
    last: u64,
    waiting: BTreeMap<u64, Waker>,
}

impl Lobby {
    /// A lobby whose rounds have this many players, at least one.
    pub fn new(players: usize) -> Self {
        Self { players, state: Mutex::default() }
    }

    /// The player is ready, and waits until the round begins. A player who leaves before, that is, drops this future,
    /// does not count. Every player may be ready again for the next round.
    pub async fn ready(&self) {
        let mut player = None;
        poll_fn(|context| {
            let mut state = self.state.lock().unwrap();
            let seat = match &player {
                // A round takes all players out of the list.
                Some(Seat { number, .. }) if !state.waiting.contains_key(number) => return Poll::Ready(()),
                Some(seat) => seat.number,
                None if state.waiting.len() + 1 == self.players => {
                    let waiting = take(&mut state.waiting);
                    drop(state);
                    waiting.into_values().for_each(Waker::wake);
                    return Poll::Ready(());
                }
                None => {
                    state.last += 1;
                    player.insert(Seat { lobby: self, number: state.last }).number
                }
            };
            state.waiting.insert(seat, context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

struct Seat<'a> {
    lobby: &'a Lobby,
    number: u64,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.lobby.state.lock().unwrap().waiting.remove(&self.number);
    }
}
