//! A semaphore for tasks. It needs no runtime.

use std::collections::VecDeque;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// A number of permits, for which tasks wait in the order of arrival.
pub struct Semaphore {
    state: Mutex<State>,
}

struct State {
    free: usize,
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    /// Set when it is given a permit, while the state is locked.
    given: Arc<AtomicBool>,
    waker: Waker,
}

impl State {
    fn release(&mut self) -> Option<Waker> {
        match self.waiting.pop_front() {
            Some(first) => {
                first.given.store(true, Ordering::Release);
                Some(first.waker)
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
    given: Option<Arc<AtomicBool>>,
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
        Acquire { semaphore: self, given: None }
    }

    /// How many permits are free. One that was given to a waiting `Acquire` is not.
    pub fn available(&self) -> usize {
        self.state.lock().unwrap().free
    }

    /// Adds `permits` to those that there are. They go to the first that wait, and the rest of them are free.
    pub fn add(&self, permits: usize) {
        for _ in 0..permits {
            self.release();
        }
    }

    fn release(&self) {
        let woken = self.state.lock().unwrap().release();
        if let Some(waker) = woken {
            waker.wake();
        }
    }
}

impl<'a> Future for Acquire<'a> {
    type Output = Permit<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit<'a>> {
        let semaphore = self.semaphore;
        let mut waker = context.waker().clone();
        let mut state = semaphore.state.lock().unwrap();
        match &self.given {
            None if state.free > 0 => state.free -= 1,
            None => {
                let given = Arc::new(AtomicBool::new(false));
                state.waiting.push_back(Waiting { given: Arc::clone(&given), waker });
                self.given = Some(given);
                return Poll::Pending;
            }
            Some(given) if given.load(Ordering::Acquire) => self.given = None,
            Some(given) => {
                if let Some(own) = state.waiting.iter_mut().find(|other| Arc::ptr_eq(&other.given, given)) {
                    mem::swap(&mut own.waker, &mut waker);
                }
                return Poll::Pending;
            }
        }
        Poll::Ready(Permit { semaphore })
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(given) = self.given.take() else { return };
        {
            let mut state = self.semaphore.state.lock().unwrap();
            if !given.load(Ordering::Acquire) {
                state.waiting.retain(|other| !Arc::ptr_eq(&other.given, &given));
                return;
            }
        }
        self.semaphore.release();
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.semaphore.release();
    }
}
