//! verdict: deadlock a_waker_may_use_the_semaphore
//! Of several permits that are added at once, all but the first wake under the lock.
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

/// Waits for a permit. Made by [`Semaphore::acquire`].
#[must_use]
pub struct Acquire<'a> {
    semaphore: &'a Semaphore,
    number: Option<u64>,
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
        Acquire { semaphore: self, number: None }
    }

    /// How many permits are free. One that was given to a waiting `Acquire` is not.
    pub fn available(&self) -> usize {
        self.state.lock().unwrap().free
    }

    /// Adds `permits` to those that there are. They go to the first that wait, and the rest of them are free.
    pub fn add(&self, permits: usize) {
        let mut state = self.state.lock().unwrap();
        let first = if permits > 0 { state.pass_on() } else { None };
        for _ in 1..permits {
            if let Some(waker) = state.pass_on() {
                waker.wake();
            }
        }
        drop(state);
        if let Some(waker) = first {
            waker.wake();
        }
    }
}

impl<'a> Future for Acquire<'a> {
    type Output = Permit<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit<'a>> {
        let semaphore = self.semaphore;
        let mut state = semaphore.state.lock().unwrap();
        match self.number {
            None if state.free > 0 => {
                state.free -= 1;
                Poll::Ready(Permit { semaphore })
            }
            None => {
                let number = state.next;
                state.next += 1;
                state.waiting.insert(number, context.waker().clone());
                self.number = Some(number);
                Poll::Pending
            }
            Some(number) => match state.waiting.get_mut(&number) {
                Some(waker) => {
                    waker.clone_from(context.waker());
                    Poll::Pending
                }
                None => {
                    self.number = None;
                    Poll::Ready(Permit { semaphore })
                }
            },
        }
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let mut state = self.semaphore.state.lock().unwrap();
        let waker = match state.waiting.remove(&number) {
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
