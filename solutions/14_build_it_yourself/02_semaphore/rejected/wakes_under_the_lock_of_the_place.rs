//! verdict: deadlock a_waker_may_poll_its_future
//! Each waiting future has a lock of its own, and the waker is called under it: a waker that polls the future waits
//! for itself.
//!
//! A semaphore for tasks. It needs no runtime.

use std::collections::VecDeque;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// A number of permits, for which tasks wait in the order of arrival.
pub struct Semaphore {
    state: Mutex<State>,
}

struct State {
    free: usize,
    queue: VecDeque<Arc<Place>>,
}

/// What a waiting future and the semaphore share.
struct Place {
    life: Mutex<Life>,
}

enum Life {
    Waits(Waker),
    Given,
    Gone,
}

/// Waits for a permit. Made by [`Semaphore::acquire`].
#[must_use]
pub struct Acquire<'a> {
    semaphore: &'a Semaphore,
    place: Option<Arc<Place>>,
}

/// One of the permits. Dropping it gives it back.
#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self { state: Mutex::new(State { free: permits, queue: VecDeque::new() }) }
    }

    /// Waits for a permit. The place in the queue is taken when the future is polled first.
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire { semaphore: self, place: None }
    }

    /// How many permits are free. One that was given to a waiting `Acquire` is not.
    pub fn available(&self) -> usize {
        self.state.lock().unwrap().free
    }

    /// Adds `permits` to those that there are. They go to the first that wait, and the rest of them are free.
    pub fn add(&self, permits: usize) {
        for _ in 0..permits {
            self.pass_on();
        }
    }

    fn pass_on(&self) {
        let mut state = self.state.lock().unwrap();
        while let Some(place) = state.queue.pop_front() {
            let mut life = place.life.lock().unwrap();
            if let Life::Waits(_) = *life {
                drop(state);
                if let Life::Waits(waker) = mem::replace(&mut *life, Life::Given) {
                    waker.wake();
                }
                return;
            }
        }
        state.free += 1;
    }
}

impl<'a> Future for Acquire<'a> {
    type Output = Permit<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit<'a>> {
        let semaphore = self.semaphore;
        if let Some(place) = &self.place {
            let mut life = place.life.lock().unwrap();
            if let Life::Waits(waker) = &mut *life {
                waker.clone_from(context.waker());
                return Poll::Pending;
            }
            *life = Life::Gone;
            drop(life);
            self.place = None;
            return Poll::Ready(Permit { semaphore });
        }
        let mut state = semaphore.state.lock().unwrap();
        if state.free > 0 {
            state.free -= 1;
            return Poll::Ready(Permit { semaphore });
        }
        let place = Arc::new(Place { life: Mutex::new(Life::Waits(context.waker().clone())) });
        state.queue.push_back(Arc::clone(&place));
        self.place = Some(place);
        Poll::Pending
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(place) = self.place.take() else { return };
        let life = mem::replace(&mut *place.life.lock().unwrap(), Life::Gone);
        match life {
            Life::Given => self.semaphore.pass_on(),
            Life::Waits(_) => self.semaphore.state.lock().unwrap().queue.retain(|other| !Arc::ptr_eq(other, &place)),
            Life::Gone => {}
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.semaphore.pass_on();
    }
}
