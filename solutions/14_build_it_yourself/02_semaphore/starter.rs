//! A semaphore for tasks. It needs no runtime.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

/// A number of permits, for which tasks wait in the order of arrival.
pub struct Semaphore {
    state: Mutex<State>,
}

struct State {
    free: usize,
    waiting: VecDeque<Waker>,
}

/// Waits for a permit. Made by [`Semaphore::acquire`].
#[must_use]
pub struct Acquire<'a> {
    semaphore: &'a Semaphore,
}

/// One of the permits. Dropping it gives it back.
#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self { state: Mutex::new(State { free: permits, waiting: VecDeque::new() }) }
    }

    /// Waits for a permit. The place in the queue is taken when the future is polled first.
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire { semaphore: self }
    }

    /// How many permits are free. One that was given to a waiting `Acquire` is not.
    pub fn available(&self) -> usize {
        self.state.lock().unwrap().free
    }

    /// Adds `permits` to those that there are. They go to the first that wait, and the rest of them are free.
    pub fn add(&self, permits: usize) {
        // TODO: tasks may wait for them.
        self.state.lock().unwrap().free += permits;
    }
}

impl<'a> Future for Acquire<'a> {
    type Output = Permit<'a>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit<'a>> {
        let mut state = self.semaphore.state.lock().unwrap();
        if state.free == 0 {
            // TODO: is this the first poll of this future? If not, where is its waker?
            state.waiting.push_back(context.waker().clone());
            return Poll::Pending;
        }
        // TODO: was this permit meant for another future, which was woken for it?
        state.free -= 1;
        Poll::Ready(Permit { semaphore: self.semaphore })
    }
}

// TODO: what must happen when an `Acquire` is dropped that waits, or that was woken and not polled since?

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.semaphore.state.lock().unwrap();
        state.free += 1;
        if let Some(waker) = state.waiting.pop_front() {
            waker.wake();
        }
    }
}
