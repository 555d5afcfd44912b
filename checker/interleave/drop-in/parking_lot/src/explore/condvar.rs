//! The condition variable.

use std::panic::Location;
use std::time::Duration;

use interleave::engine::ending;
use interleave::model::Condition;
use interleave::model::time::{self, Instant};
use real::lock_api;

use super::{RawMutex, Taken};

/// A condition variable controlled by the scheduler, without spurious wake-ups. It notifies waiters in order of
/// arrival.
#[derive(Debug)]
pub struct RawCondvar(Condition);

impl RawCondvar {
    #[track_caller]
    fn sleep(&self, mutex: &RawMutex, guard: &mut Taken, deadline: Option<Duration>) -> bool {
        let place = Location::caller();
        let is_notified = self.0.wait(&mutex.0, guard.place, deadline, place);
        guard.place = place;
        ending::unwind_at_the_end();
        is_notified
    }
}

#[allow(unsafe_code)]
// SAFETY: `Condition::wait` joins the queue before it releases the mutex, without a scheduling point in between, and
// holds the mutex again however the wait ends.
unsafe impl lock_api::RawCondvar for RawCondvar {
    #[allow(clippy::declare_interior_mutable_const, reason = "the trait asks for it")]
    const INIT: Self = RawCondvar(Condition::of_unknown_origin("Condvar"));

    type RawMutex = RawMutex;

    #[track_caller]
    unsafe fn wait(&self, mutex: &RawMutex, guard: &mut Taken) {
        self.sleep(mutex, guard, None);
    }

    #[track_caller]
    fn notify_one(&self) -> bool {
        self.0.notify(1, Location::caller()) > 0
    }

    #[track_caller]
    fn notify_all(&self) -> usize {
        self.0.notify(usize::MAX, Location::caller())
    }
}

#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl lock_api::RawCondvarTimed for RawCondvar {
    fn checked_duration_to_instant(timeout: &Duration) -> Option<Instant> {
        Instant::current().checked_add(*timeout)
    }

    #[track_caller]
    unsafe fn wait_until(&self, mutex: &RawMutex, guard: &mut Taken, timeout: &Instant) -> bool {
        !self.sleep(mutex, guard, Some(timeout.on_clock()))
    }

    #[track_caller]
    unsafe fn wait_for(&self, mutex: &RawMutex, guard: &mut Taken, timeout: &Duration) -> bool {
        !self.sleep(mutex, guard, Some(time::after(*timeout)))
    }
}
