//! verdict: deadlock a_mission_may_wait_for_a_fair_radio
//! Waits for the radio with `block_on`: now the thread sleeps, and whoever has the radio may need it.
//!
//! The computer of a drone. It flies a mission, and tells the base meanwhile that the drone is alive.

use std::ops::DerefMut;
use std::pin::pin;

use futures::executor::block_on;
use futures::future::{Either, select};
use futures::stream::{Stream, StreamExt};

/// What is sent to the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Message {
    Alive,
    Text(&'static str),
}

/// The messages sent so far, behind an async mutex. Any of these three will do.
pub trait Radio: Send + Sync {
    type Guard<'a>: DerefMut<Target = Vec<Message>> + Send
    where
        Self: 'a;

    fn acquire(&self) -> impl Future<Output = Self::Guard<'_>> + Send;
}

/// Fair: unlocking hands it to the first that waits.
impl Radio for tokio::sync::Mutex<Vec<Message>> {
    type Guard<'a> = tokio::sync::MutexGuard<'a, Vec<Message>>;

    fn acquire(&self) -> impl Future<Output = Self::Guard<'_>> + Send {
        self.lock()
    }
}

/// Not fair, unless one has waited for long: unlocking wakes the first that waits, and the fastest acquires it.
impl Radio for smol::lock::Mutex<Vec<Message>> {
    type Guard<'a> = smol::lock::MutexGuard<'a, Vec<Message>>;

    fn acquire(&self) -> impl Future<Output = Self::Guard<'_>> + Send {
        self.lock()
    }
}

/// Not fair: unlocking wakes one that waits, and the fastest acquires it.
impl Radio for futures::lock::Mutex<Vec<Message>> {
    type Guard<'a> = futures::lock::MutexGuard<'a, Vec<Message>>;

    fn acquire(&self) -> impl Future<Output = Self::Guard<'_>> + Send {
        self.lock()
    }
}

/// Flies `mission`, which may use the radio as well, and returns its result as soon as it has ended.
///
/// Until then, sends `Alive` once for each tick, as soon as the radio is free. The last tick does not end the mission.
/// The future is `Send` if `mission` and `ticks` are.
pub async fn fly<R: Radio, M: Future>(radio: &R, mission: M, ticks: impl Stream<Item = ()>) -> M::Output {
    let mut ticks = pin!(ticks);
    let reports = pin!(async {
        while let Some(()) = ticks.next().await {
            block_on(radio.acquire()).push(Message::Alive);
        }
    });
    // Whatever either of them waits for, both are polled until the mission has ended.
    match select(pin!(mission), reports).await {
        Either::Left((result, _)) => result,
        Either::Right(((), mission)) => mission.await,
    }
}
