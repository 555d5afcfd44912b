//! A semaphore for tasks. It needs no runtime.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

/// A number of permits, for which tasks wait in the order of arrival.
pub struct Semaphore {
    /// Grows only while `state` is locked and nobody waits.
    free: AtomicUsize,
    state: Mutex<State>,
}

struct State {
    next: u64,
    /// By number, so in order of arrival.
    waiting: BTreeMap<u64, Waker>,
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
        Self { free: AtomicUsize::new(permits), state: Mutex::new(State { next: 0, waiting: BTreeMap::new() }) }
    }

    /// Waits for a permit. The place in the queue is taken when the future is polled first.
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire { semaphore: self, number: None }
    }

    /// How many permits are free. One that was given to a waiting `Acquire` is not.
    pub fn available(&self) -> usize {
        self.free.load(Ordering::Acquire)
    }

    /// Adds `permits` to those that there are. They go to the first that wait, and the rest of them are free.
    pub fn add(&self, permits: usize) {
        for _ in 0..permits {
            self.pass_on();
        }
    }

    fn take(&self) -> bool {
        self.free.fetch_update(Ordering::AcqRel, Ordering::Acquire, |free| free.checked_sub(1)).is_ok()
    }

    fn pass_on(&self) {
        let mut state = self.state.lock().unwrap();
        match state.waiting.pop_first() {
            Some((_, waker)) => {
                drop(state);
                waker.wake();
            }
            None => {
                self.free.fetch_add(1, Ordering::AcqRel);
            }
        }
    }
}

impl<'a> Future for Acquire<'a> {
    type Output = Permit<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit<'a>> {
        let semaphore = self.semaphore;
        if self.number.is_none() && semaphore.take() {
            return Poll::Ready(Permit { semaphore });
        }
        let mut state = semaphore.state.lock().unwrap();
        let Some(number) = self.number else {
            if semaphore.take() {
                return Poll::Ready(Permit { semaphore });
            }
            let number = state.next;
            state.next += 1;
            state.waiting.insert(number, context.waker().clone());
            self.number = Some(number);
            return Poll::Pending;
        };
        if let Some(waker) = state.waiting.get_mut(&number) {
            waker.clone_from(context.waker());
            return Poll::Pending;
        }
        drop(state);
        self.number = None;
        Poll::Ready(Permit { semaphore })
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let waited = self.semaphore.state.lock().unwrap().waiting.remove(&number);
        if waited.is_none() {
            self.semaphore.pass_on();
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.semaphore.pass_on();
    }
}
