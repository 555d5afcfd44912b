//! verdict: failing-test a_player_is_woken_where_they_were_polled_last
//! Keeps the waker of the first poll: a player whose future has moved to another task is not woken.
//!
//! The lobby of an online game: a round begins when enough players are ready.

use std::mem;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

/// Where players wait for a round.
pub struct Lobby {
    players: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Every player who was ever ready has a number of their own.
    ids: u64,
    /// The players who wait, and how to wake them.
    waiting: Vec<(u64, Waker)>,
}

struct Ready<'a> {
    lobby: &'a Lobby,
    /// 0 before the first poll.
    id: u64,
}

impl Future for Ready<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let waker = context.waker();
        let mut state = self.lobby.state.lock().unwrap();
        if self.id != 0 {
            // Those who are not on the list any more have begun.
            return match state.waiting.iter_mut().find(|(id, _)| *id == self.id) {
                Some(place) => {
                    let _ = (place, waker);
                    Poll::Pending
                }
                None => Poll::Ready(()),
            };
        }
        if state.waiting.len() + 1 == self.lobby.players {
            let waiting = mem::take(&mut state.waiting);
            drop(state);
            for (_, waker) in waiting {
                waker.wake();
            }
            return Poll::Ready(());
        }
        state.ids += 1;
        let id = state.ids;
        state.waiting.push((id, waker.clone()));
        drop(state);
        self.id = id;
        Poll::Pending
    }
}

impl Drop for Ready<'_> {
    fn drop(&mut self) {
        let mut state = self.lobby.state.lock().unwrap();
        state.waiting.retain(|(id, _)| *id != self.id);
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
        Ready { lobby: self, id: 0 }.await;
    }
}
