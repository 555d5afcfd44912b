//! verdict: failing-test the_first_poll_takes_the_place_in_the_queue
//! The number that orders the queue is drawn by `acquire`, not by the first poll.
//!
//! A semaphore for tasks. It needs no runtime.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

/// A number of permits, for which tasks wait in the order of arrival.
pub struct Semaphore {
    state: Mutex<State>,
}

struct State {
    free: usize,
    next: u64,
    /// By number, so in order of arrival.
    waiting: BTreeMap<u64, Waker>,
}

impl State {
    fn pass_on(&mut self) -> Option<Waker> {
        let first = self.waiting.pop_first();
        if first.is_none() {
            self.free += 1;
        }
        first.map(|(_, waker)| waker)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    New,
    Waits,
    Done,
}

/// Waits for a permit. Made by [`Semaphore::acquire`].
#[must_use]
pub struct Acquire<'a> {
    semaphore: &'a Semaphore,
    number: u64,
    life: Life,
}

/// One of the permits. Dropping it gives it back.
#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self { state: Mutex::new(State { free: permits, next: 0, waiting: BTreeMap::new() }) }
    }

    /// Waits for a permit. The place in the queue is taken when the future is polled first.
    pub fn acquire(&self) -> Acquire<'_> {
        let mut state = self.state.lock().unwrap();
        state.next += 1;
        Acquire { semaphore: self, number: state.next, life: Life::New }
    }

    /// How many permits are free. One that was given to a waiting `Acquire` is not.
    pub fn available(&self) -> usize {
        self.state.lock().unwrap().free
    }

    /// Adds `permits` to those that there are. They go to the first that wait, and the rest of them are free.
    pub fn add(&self, permits: usize) {
        let mut wakers = Vec::new();
        let mut state = self.state.lock().unwrap();
        for _ in 0..permits {
            wakers.extend(state.pass_on());
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl<'a> Future for Acquire<'a> {
    type Output = Permit<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit<'a>> {
        let (semaphore, number) = (self.semaphore, self.number);
        let mut state = semaphore.state.lock().unwrap();
        match self.life {
            Life::New if state.free > 0 => state.free -= 1,
            Life::New => {
                state.waiting.insert(number, context.waker().clone());
                self.life = Life::Waits;
                return Poll::Pending;
            }
            Life::Waits => {
                if let Some(waker) = state.waiting.get_mut(&number) {
                    waker.clone_from(context.waker());
                    return Poll::Pending;
                }
            }
            Life::Done => panic!("polled again after it was ready"),
        }
        self.life = Life::Done;
        Poll::Ready(Permit { semaphore })
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        if self.life != Life::Waits {
            return;
        }
        let mut state = self.semaphore.state.lock().unwrap();
        let waker = match state.waiting.remove(&self.number) {
            Some(_) => None,
            None => state.pass_on(),
        };
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let waker = self.semaphore.state.lock().unwrap().pass_on();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
