//! The condition variable.

use std::panic::Location;
use std::time::{Duration, Instant};

use interleave::explore::{Mode, Patience, Signal, Woken};
use real::lock_api;

use super::{RawMutex, Taken};

/// A condition variable that the scheduler decides about.
#[derive(Debug)]
pub struct RawCondvar(Signal);

impl RawCondvar {
    #[track_caller]
    fn sleep(&self, mutex: &RawMutex, guard: &mut Taken, patience: Patience) -> Woken {
        let place = Location::caller();
        // In the queue before the mutex is free, so that no notification falls in between.
        let ticket = self.0.enlist();
        mutex.0.release(Mode::Lock, guard.place);
        let woken = self.0.wait(ticket, patience, place);
        mutex.0.take(Mode::Lock, place);
        *guard = Taken::at(place);
        woken
    }
}

// SAFETY: waiting gives the mutex back and takes it again before it returns, and never wakes for no reason.
#[allow(unsafe_code)]
unsafe impl lock_api::RawCondvar for RawCondvar {
    #[allow(clippy::declare_interior_mutable_const, reason = "the trait asks for it")]
    const INIT: Self = RawCondvar(Signal::of_unknown_origin("Condvar"));

    type RawMutex = RawMutex;

    #[track_caller]
    unsafe fn wait(&self, mutex: &RawMutex, guard: &mut Taken) {
        self.sleep(mutex, guard, Patience::Endless);
    }

    #[track_caller]
    fn notify_one(&self) -> bool {
        self.0.notify_one(Location::caller())
    }

    #[track_caller]
    fn notify_all(&self) -> usize {
        self.0.notify_all(Location::caller())
    }
}

// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl lock_api::RawCondvarTimed for RawCondvar {
    fn checked_duration_to_instant(timeout: &Duration) -> Option<Instant> {
        Instant::now().checked_add(*timeout)
    }

    #[track_caller]
    unsafe fn wait_until(&self, mutex: &RawMutex, guard: &mut Taken, _timeout: &Instant) -> bool {
        self.sleep(mutex, guard, Patience::Limited) == Woken::ByTime
    }
}
