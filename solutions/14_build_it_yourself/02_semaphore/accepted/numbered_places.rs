//! A semaphore for tasks. It needs no runtime.

use std::mem;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

/// A number of permits, for which tasks wait in the order of arrival.
pub struct Semaphore {
    state: Mutex<State>,
}

struct State {
    free: usize,
    arrivals: u64,
    places: Vec<Place>,
}

/// What is known about the future that has this place.
enum Place {
    Vacant,
    Waiting { arrival: u64, waker: Waker },
    Given,
}

impl State {
    /// The place of the future that has waited for longest.
    fn first(&mut self) -> Option<&mut Place> {
        let waiting = self.places.iter_mut().filter_map(|place| match place {
            Place::Waiting { arrival, .. } => Some((*arrival, place)),
            _ => None,
        });
        waiting.min_by_key(|(arrival, _)| *arrival).map(|(_, place)| place)
    }

    fn release(&mut self) -> Option<Waker> {
        match self.first().map(|place| mem::replace(place, Place::Given)) {
            Some(Place::Waiting { waker, .. }) => Some(waker),
            _ => {
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
    place: Option<usize>,
}

/// One of the permits. Dropping it gives it back.
#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self { state: Mutex::new(State { free: permits, arrivals: 0, places: Vec::new() }) }
    }

    /// Waits for a permit. The place in the queue is taken when the future is polled first.
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire { semaphore: self, place: None }
    }

    /// How many permits are free. One that was given to a waiting `Acquire` is not.
    pub fn available(&self) -> usize {
        self.lock().free
    }

    /// Adds `permits` to those that there are. They go to the first that wait, and the rest of them are free.
    pub fn add(&self, permits: usize) {
        let mut state = self.lock();
        let woken: Vec<_> = (0..permits).map_while(|_| state.release()).collect();
        // The first that found nobody was counted by `release`.
        state.free += permits.saturating_sub(woken.len() + 1);
        drop(state);
        woken.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl<'a> Future for Acquire<'a> {
    type Output = Permit<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit<'a>> {
        let (semaphore, waker) = (self.semaphore, context.waker().clone());
        let mut state = semaphore.lock();
        let Some(number) = self.place else {
            if state.free > 0 {
                state.free -= 1;
                return Poll::Ready(Permit { semaphore });
            }
            let arrival = state.arrivals;
            state.arrivals += 1;
            let vacant = state.places.iter().position(|place| matches!(place, Place::Vacant));
            let number = vacant.unwrap_or(state.places.len());
            if vacant.is_none() {
                state.places.push(Place::Vacant);
            }
            state.places[number] = Place::Waiting { arrival, waker };
            self.place = Some(number);
            return Poll::Pending;
        };
        let old = match &mut state.places[number] {
            Place::Waiting { waker: kept, .. } => mem::replace(kept, waker),
            place => {
                *place = Place::Vacant;
                self.place = None;
                return Poll::Ready(Permit { semaphore });
            }
        };
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(number) = self.place else { return };
        let mut state = self.semaphore.lock();
        let place = mem::replace(&mut state.places[number], Place::Vacant);
        let woken = if matches!(place, Place::Given) { state.release() } else { None };
        drop(state);
        drop(place);
        if let Some(waker) = woken {
            waker.wake();
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let woken = self.semaphore.lock().release();
        if let Some(waker) = woken {
            waker.wake();
        }
    }
}
