//! verdict: failing-test the_last_future_to_be_dropped_leaves_the_permit_free
//! Passes its permit on if another future waits. If none does, the permit is gone.
//!
//! A semaphore for tasks. It needs no runtime.

use std::collections::VecDeque;
use std::mem;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

/// A number of permits, for which tasks wait in the order of arrival.
pub struct Semaphore {
    state: Mutex<State>,
}

struct State {
    /// Zero while one waits.
    free: usize,
    next_ticket: u64,
    /// In the order of arrival. A ticket that is in no queue any more has been given a permit.
    waiting: VecDeque<(u64, Waker)>,
}

impl State {
    /// Gives a permit to the first that waits, and returns its waker: to be woken when the state is unlocked.
    fn pass_on(&mut self) -> Option<Waker> {
        let Some((_, waker)) = self.waiting.pop_front() else {
            self.free += 1;
            return None;
        };
        Some(waker)
    }
}

/// Waits for a permit. Made by [`Semaphore::acquire`].
#[must_use]
pub struct Acquire<'a> {
    semaphore: &'a Semaphore,
    /// From the first poll that was pending to the one that is ready.
    ticket: Option<u64>,
}

/// One of the permits. Dropping it gives it back.
#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self { state: Mutex::new(State { free: permits, next_ticket: 0, waiting: VecDeque::new() }) }
    }

    /// Waits for a permit. The place in the queue is taken when the future is polled first.
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire { semaphore: self, ticket: None }
    }

    /// How many permits are free. One that was given to a waiting `Acquire` is not.
    pub fn available(&self) -> usize {
        self.state.lock().unwrap().free
    }

    /// Adds `permits` to those that there are. They go to the first that wait, and the rest of them are free.
    pub fn add(&self, permits: usize) {
        let woken: Vec<Waker> = {
            let mut state = self.state.lock().unwrap();
            (0..permits).filter_map(|_| state.pass_on()).collect()
        };
        woken.into_iter().for_each(Waker::wake);
    }
}

impl<'a> Future for Acquire<'a> {
    type Output = Permit<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit<'a>> {
        let semaphore = self.semaphore;
        let waker = context.waker().clone();
        let mut state = semaphore.state.lock().unwrap();
        let old = match self.ticket {
            None if state.free > 0 => {
                state.free -= 1;
                return Poll::Ready(Permit { semaphore });
            }
            None => {
                let ticket = state.next_ticket;
                state.next_ticket += 1;
                state.waiting.push_back((ticket, waker));
                self.ticket = Some(ticket);
                None
            }
            Some(ticket) => match state.waiting.iter_mut().find(|(other, _)| *other == ticket) {
                Some((_, kept)) => Some(mem::replace(kept, waker)),
                None => {
                    self.ticket = None;
                    return Poll::Ready(Permit { semaphore });
                }
            },
        };
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let (mut woken, mut gone) = (None, None);
        {
            let mut state = self.semaphore.state.lock().unwrap();
            match state.waiting.iter().position(|(other, _)| *other == ticket) {
                Some(place) => gone = state.waiting.remove(place),
                None => woken = state.waiting.pop_front().map(|(_, waker)| waker),
            }
        }
        drop(gone);
        if let Some(waker) = woken {
            waker.wake();
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let woken = self.semaphore.state.lock().unwrap().pass_on();
        if let Some(waker) = woken {
            waker.wake();
        }
    }
}
