//! verdict: failing-test two_semaphores_are_independent
//! The queue is a `static`: a permit of one semaphore is given to a future that waits for another one.
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

/// In the order of arrival.
struct Queue {
    next_ticket: u64,
    waiting: VecDeque<(u64, Waker)>,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue { next_ticket: 0, waiting: VecDeque::new() });

struct State {
    /// Zero while one waits.
    free: usize,
}

impl State {
    /// Gives a permit to the first that waits, and returns its waker: to be woken when the state is unlocked.
    fn pass_on(&mut self) -> Option<Waker> {
        let Some((_, waker)) = QUEUE.lock().unwrap().waiting.pop_front() else {
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
        Self { state: Mutex::new(State { free: permits }) }
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
        let mut queue = QUEUE.lock().unwrap();
        let old = match self.ticket {
            None if state.free > 0 => {
                state.free -= 1;
                return Poll::Ready(Permit { semaphore });
            }
            None => {
                let ticket = queue.next_ticket;
                queue.next_ticket += 1;
                queue.waiting.push_back((ticket, waker));
                self.ticket = Some(ticket);
                None
            }
            Some(ticket) => match queue.waiting.iter_mut().find(|(other, _)| *other == ticket) {
                Some((_, kept)) => Some(mem::replace(kept, waker)),
                None => {
                    self.ticket = None;
                    return Poll::Ready(Permit { semaphore });
                }
            },
        };
        drop(queue);
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut woken = None;
        let gone;
        {
            let mut state = self.semaphore.state.lock().unwrap();
            let mut queue = QUEUE.lock().unwrap();
            let place = queue.waiting.iter().position(|(other, _)| *other == ticket);
            gone = place.and_then(|place| queue.waiting.remove(place));
            drop(queue);
            match place {
                Some(_) => {}
                None => woken = state.pass_on(),
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
