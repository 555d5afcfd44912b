//! The mutexes.

use std::panic::Location;
use std::time::Duration;

use interleave::engine::{Access, ending, scheduler};
use interleave::model::time::{self, Instant};
use interleave::model::{Lock, Mode, Queue};
use real::lock_api::{self, RawMutexFair as _};

use super::{Taken, calmly};

/// A mutex controlled by the scheduler.
#[derive(Debug)]
pub struct RawMutex(pub(super) Lock);

impl RawMutex {
    #[track_caller]
    fn take_until(&self, deadline: Duration) -> Option<Taken> {
        let place = Location::caller();
        Taken::if_taken(self.0.take_until(deadline, Mode::Lock, place), place)
    }
}

#[allow(unsafe_code)]
// SAFETY: `Lock` lets one holder at a time enter in `Mode::Lock`; it counts the guards of all schedules and threads.
unsafe impl lock_api::RawMutex for RawMutex {
    #[allow(clippy::declare_interior_mutable_const, reason = "the trait asks for it")]
    const INIT: Self = RawMutex(Lock::of_unknown_origin("Mutex", Queue::Parked));

    type Guard = Taken;

    #[track_caller]
    fn lock(&self) -> Taken {
        let place = Location::caller();
        calmly(place, || self.0.take(Mode::Lock, place));
        Taken::at(place)
    }

    #[track_caller]
    fn try_lock(&self) -> Option<Taken> {
        let place = Location::caller();
        Taken::if_taken(self.0.try_take(Mode::Lock, place), place)
    }

    unsafe fn unlock(&self, guard: Taken) {
        self.0.release(Mode::Lock, guard.place);
        scheduler::local_point();
    }

    fn is_locked(&self) -> bool {
        self.0.is_locked()
    }
}

#[allow(unsafe_code)]
// SAFETY: as above. The lock goes to the waiter without being free in between.
unsafe impl lock_api::RawMutexFair for RawMutex {
    unsafe fn unlock_fair(&self, guard: Taken) {
        self.0.release_fair(Mode::Lock, guard.place);
        scheduler::local_point();
    }

    #[track_caller]
    unsafe fn bump(&self, guard: &mut Taken) {
        let place = Location::caller();
        self.0.point(Access::Write);
        if self.0.has_waiters() {
            ending::without_unwinding(|| {
                self.0.release_fair(Mode::Lock, guard.place);
                self.0.take(Mode::Lock, place);
            });
            guard.place = place;
        }
    }
}

#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl lock_api::RawMutexTimed for RawMutex {
    type Duration = Duration;
    type Instant = Instant;

    #[track_caller]
    fn try_lock_for(&self, timeout: Duration) -> Option<Taken> {
        self.take_until(time::after(timeout))
    }

    #[track_caller]
    fn try_lock_until(&self, timeout: Instant) -> Option<Taken> {
        self.take_until(timeout.on_clock())
    }
}

/// A mutex that is always unlocked fairly.
#[derive(Debug)]
pub struct RawFairMutex(RawMutex);

#[allow(unsafe_code)]
// SAFETY: as for `RawMutex`.
unsafe impl lock_api::RawMutex for RawFairMutex {
    #[allow(clippy::declare_interior_mutable_const, reason = "the trait asks for it")]
    const INIT: Self = RawFairMutex(RawMutex(Lock::of_unknown_origin("FairMutex", Queue::Parked)));

    type Guard = Taken;

    #[track_caller]
    fn lock(&self) -> Taken {
        self.0.lock()
    }

    #[track_caller]
    fn try_lock(&self) -> Option<Taken> {
        self.0.try_lock()
    }

    unsafe fn unlock(&self, guard: Taken) {
        // SAFETY: the caller holds the lock.
        unsafe { self.0.unlock_fair(guard) }
    }

    fn is_locked(&self) -> bool {
        self.0.is_locked()
    }
}

#[allow(unsafe_code)]
// SAFETY: as for `RawMutex`.
unsafe impl lock_api::RawMutexFair for RawFairMutex {
    unsafe fn unlock_fair(&self, guard: Taken) {
        // SAFETY: the caller holds the lock.
        unsafe { self.0.unlock_fair(guard) }
    }

    #[track_caller]
    unsafe fn bump(&self, guard: &mut Taken) {
        // SAFETY: the caller holds the lock.
        unsafe { self.0.bump(guard) }
    }
}

#[allow(unsafe_code)]
// SAFETY: as for `RawMutex`.
unsafe impl lock_api::RawMutexTimed for RawFairMutex {
    type Duration = Duration;
    type Instant = Instant;

    #[track_caller]
    fn try_lock_for(&self, timeout: Duration) -> Option<Taken> {
        self.0.try_lock_for(timeout)
    }

    #[track_caller]
    fn try_lock_until(&self, timeout: Instant) -> Option<Taken> {
        self.0.try_lock_until(timeout)
    }
}
