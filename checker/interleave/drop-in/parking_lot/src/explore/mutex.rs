//! The mutex.

use std::panic::Location;
use std::time::{Duration, Instant};

use interleave::explore::{Lock, Mode, task};
use real::lock_api;

use super::Taken;

/// A mutex that the scheduler decides about.
#[derive(Debug)]
pub struct RawMutex(pub(super) Lock);

// SAFETY: the model lets one task at a time take the lock in `Mode::Lock`, and all tasks are coroutines of one
// thread.
#[allow(unsafe_code)]
unsafe impl lock_api::RawMutex for RawMutex {
    #[allow(clippy::declare_interior_mutable_const, reason = "the trait asks for it")]
    const INIT: Self = RawMutex(Lock::of_unknown_origin("Mutex"));

    type Guard = Taken;

    #[track_caller]
    fn lock(&self) -> Taken {
        let place = Location::caller();
        self.0.take(Mode::Lock, place);
        Taken::at(place)
    }

    #[track_caller]
    fn try_lock(&self) -> Option<Taken> {
        let place = Location::caller();
        self.0.try_take(Mode::Lock, place).then(|| Taken::at(place))
    }

    unsafe fn unlock(&self, guard: Taken) {
        self.0.release(Mode::Lock, guard.place);
    }

    fn is_locked(&self) -> bool {
        self.0.is_locked()
    }
}

// SAFETY: as above; who is to come next is let run first.
#[allow(unsafe_code)]
unsafe impl lock_api::RawMutexFair for RawMutex {
    unsafe fn unlock_fair(&self, guard: Taken) {
        self.0.release(Mode::Lock, guard.place);
        task::yield_thread();
    }
}

// SAFETY: as above. Time may pass at any moment: after one chance for the holder the time is up.
#[allow(unsafe_code)]
unsafe impl lock_api::RawMutexTimed for RawMutex {
    type Duration = Duration;
    type Instant = Instant;

    #[track_caller]
    fn try_lock_for(&self, _timeout: Duration) -> Option<Taken> {
        task::yield_thread();
        lock_api::RawMutex::try_lock(self)
    }

    #[track_caller]
    fn try_lock_until(&self, _timeout: Instant) -> Option<Taken> {
        task::yield_thread();
        lock_api::RawMutex::try_lock(self)
    }
}
