//! verdict: failing-test a_message_keeps_its_place_in_a_fair_queue
//! Tries the radio whenever the task is woken, and leaves the queue in between: others overtake, and its wake-up is
//! lost.
//!
//! The computer of a drone. It flies a mission, and tells the base meanwhile that the drone is alive.

use std::future::poll_fn;
use std::ops::DerefMut;
use std::pin::pin;
use std::task::Poll;

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
    let (mut mission, mut ticks) = (pin!(mission), pin!(ticks.fuse()));
    let mut to_send = 0;
    // Keeps the wake-up of the last try, and its place until the next one.
    let mut waiting = None;
    poll_fn(|context| {
        if let Poll::Ready(result) = mission.as_mut().poll(context) {
            return Poll::Ready(result);
        }
        while let Poll::Ready(Some(())) = ticks.as_mut().poll_next(context) {
            to_send += 1;
        }
        while to_send > 0 {
            // First the new one, so that the old one is not woken for nothing.
            let mut next = Box::pin(radio.acquire());
            let polled = next.as_mut().poll(context);
            waiting = None;
            let Poll::Ready(mut radio) = polled else {
                waiting = Some(next);
                return Poll::Pending;
            };
            radio.push(Message::Alive);
            to_send -= 1;
        }
        Poll::Pending
    })
    .await
}
