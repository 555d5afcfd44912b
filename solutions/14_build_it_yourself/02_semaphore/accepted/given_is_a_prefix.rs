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
    free: usize,
    next: u64,
    /// Everybody who has not got a permit yet, in order of arrival. The first `given` of them own one.
    queue: VecDeque<(u64, Waker)>,
    given: usize,
}

impl State {
    fn place(&self, number: u64) -> usize {
        self.queue.iter().position(|(other, _)| *other == number).expect("it is in the queue")
    }

    /// Returns the waker of the one that owns it now.
    fn pass_on(&mut self) -> Option<Waker> {
        match self.queue.get_mut(self.given) {
            Some((_, waker)) => {
                self.given += 1;
                Some(mem::replace(waker, Waker::noop().clone()))
            }
            None => {
                self.free += 1;
                None
            }
        }
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
        Self { state: Mutex::new(State { free: permits, next: 0, queue: VecDeque::new(), given: 0 }) }
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
        for _ in 0..permits {
            let waker = self.state.lock().unwrap().pass_on();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

impl<'a> Future for Acquire<'a> {
    type Output = Permit<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit<'a>> {
        let semaphore = self.semaphore;
        let mut state = semaphore.state.lock().unwrap();
        let Some(number) = self.number else {
            if state.free > 0 {
                state.free -= 1;
                return Poll::Ready(Permit { semaphore });
            }
            let number = state.next;
            state.next += 1;
            state.queue.push_back((number, context.waker().clone()));
            self.number = Some(number);
            return Poll::Pending;
        };
        let place = state.place(number);
        if place < state.given {
            state.queue.remove(place);
            state.given -= 1;
            self.number = None;
            return Poll::Ready(Permit { semaphore });
        }
        state.queue[place].1.clone_from(context.waker());
        Poll::Pending
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let mut state = self.semaphore.state.lock().unwrap();
        let place = state.place(number);
        let left = state.queue.remove(place);
        let mut woken = None;
        if place < state.given {
            state.given -= 1;
            woken = state.pass_on();
        }
        drop(state);
        drop(left);
        if let Some(waker) = woken {
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
