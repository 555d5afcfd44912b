//! The reader-writer locks.

use std::panic::Location;
use std::time::Duration;

use interleave::engine::{Access, ending, scheduler};
use interleave::model::time::{self, Instant};
use interleave::model::{Lock, Mode, Queue};
use real::lock_api;

use super::{Taken, calmly};

/// A reader-writer lock controlled by the scheduler.
#[derive(Debug)]
pub struct RawRwLock<const RECURSIVE: bool = false>(Lock);

/// A lock whose readers may join other readers even if a writer waits.
pub type RawRwLockRecursive = RawRwLock<true>;

impl<const RECURSIVE: bool> RawRwLock<RECURSIVE> {
    #[track_caller]
    fn take(&self, mode: Mode) -> Taken {
        let place = Location::caller();
        calmly(place, || self.0.take(mode, place));
        Taken::at(place)
    }

    #[track_caller]
    fn try_take(&self, mode: Mode) -> Option<Taken> {
        let place = Location::caller();
        Taken::if_taken(self.0.try_take(mode, place), place)
    }

    #[track_caller]
    fn take_until(&self, mode: Mode, deadline: Duration) -> Option<Taken> {
        let place = Location::caller();
        Taken::if_taken(self.0.take_until(deadline, mode, place), place)
    }

    fn release(&self, mode: Mode, guard: Taken) {
        self.0.release(mode, guard.place);
        scheduler::local_point();
    }

    fn release_fair(&self, mode: Mode, guard: Taken) {
        self.0.release_fair(mode, guard.place);
        scheduler::local_point();
    }

    /// Releases the lock for others, if any `waits` for it, and acquires it again.
    #[track_caller]
    fn bump(&self, mode: Mode, guard: &mut Taken, waits: impl FnOnce(&Lock) -> bool) {
        let place = Location::caller();
        self.0.point(Access::Write);
        if waits(&self.0) {
            ending::without_unwinding(|| {
                match mode {
                    Mode::Read => self.0.release(mode, guard.place),
                    _ => self.0.release_fair(mode, guard.place),
                }
                self.0.take(mode, place);
            });
            guard.place = place;
        }
    }

    #[track_caller]
    fn downgrade_to(&self, from: Mode, to: Mode) -> Taken {
        let place = Location::caller();
        calmly(place, || self.0.downgrade(from, to, place));
        Taken::at(place)
    }

    #[track_caller]
    fn upgrade_until(&self, guard: Taken, deadline: Duration) -> Result<Taken, Taken> {
        let place = Location::caller();
        let upgraded = calmly(place, || self.0.upgrade_until(deadline, place));
        if upgraded { Ok(Taken::at(place)) } else { Err(guard) }
    }
}

#[allow(unsafe_code)]
// SAFETY: `Lock` lets in one writer or several readers; it counts the guards of all schedules and threads.
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLock for RawRwLock<RECURSIVE> {
    #[allow(clippy::declare_interior_mutable_const, reason = "the trait asks for it")]
    const INIT: Self = if RECURSIVE {
        RawRwLock(Lock::of_unknown_origin("RecursiveRwLock", Queue::ParkedRecursive))
    } else {
        RawRwLock(Lock::of_unknown_origin("RwLock", Queue::Parked))
    };

    type SharedGuard = Taken;
    type ExclusiveGuard = Taken;

    #[track_caller]
    fn lock_shared(&self) -> Taken {
        self.take(Mode::Read)
    }

    #[track_caller]
    fn try_lock_shared(&self) -> Option<Taken> {
        self.try_take(Mode::Read)
    }

    unsafe fn unlock_shared(&self, guard: Taken) {
        self.release(Mode::Read, guard);
    }

    #[track_caller]
    fn lock_exclusive(&self) -> Taken {
        self.take(Mode::Write)
    }

    #[track_caller]
    fn try_lock_exclusive(&self) -> Option<Taken> {
        self.try_take(Mode::Write)
    }

    unsafe fn unlock_exclusive(&self, guard: Taken) {
        self.release(Mode::Write, guard);
    }

    fn is_locked(&self) -> bool {
        self.0.is_locked()
    }

    fn is_locked_exclusive(&self) -> bool {
        self.0.is_locked_exclusive()
    }
}

#[allow(unsafe_code)]
// SAFETY: as above. The lock goes to the waiters without being free in between.
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLockFair for RawRwLock<RECURSIVE> {
    unsafe fn unlock_shared_fair(&self, guard: Taken) {
        // Always fair: a waiting writer is next.
        self.release(Mode::Read, guard);
    }

    unsafe fn unlock_exclusive_fair(&self, guard: Taken) {
        self.release_fair(Mode::Write, guard);
    }

    #[track_caller]
    unsafe fn bump_shared(&self, guard: &mut Taken) {
        self.bump(Mode::Read, guard, |lock| lock.has_waiting_writer() && (!RECURSIVE || lock.readers() == 1));
    }

    #[track_caller]
    unsafe fn bump_exclusive(&self, guard: &mut Taken) {
        self.bump(Mode::Write, guard, Lock::has_waiters);
    }
}

#[allow(unsafe_code)]
// SAFETY: the model downgrades the writer to a reader in one step, without a scheduling point in between.
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLockDowngrade for RawRwLock<RECURSIVE> {
    #[track_caller]
    unsafe fn downgrade(&self, _guard: Taken) -> Taken {
        self.downgrade_to(Mode::Write, Mode::Read)
    }
}

#[allow(unsafe_code)]
// SAFETY: as for `RawRwLock`.
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLockTimed for RawRwLock<RECURSIVE> {
    type Duration = Duration;
    type Instant = Instant;

    #[track_caller]
    fn try_lock_shared_for(&self, timeout: Duration) -> Option<Taken> {
        self.take_until(Mode::Read, time::after(timeout))
    }

    #[track_caller]
    fn try_lock_shared_until(&self, timeout: Instant) -> Option<Taken> {
        self.take_until(Mode::Read, timeout.on_clock())
    }

    #[track_caller]
    fn try_lock_exclusive_for(&self, timeout: Duration) -> Option<Taken> {
        self.take_until(Mode::Write, time::after(timeout))
    }

    #[track_caller]
    fn try_lock_exclusive_until(&self, timeout: Instant) -> Option<Taken> {
        self.take_until(Mode::Write, timeout.on_clock())
    }
}

#[allow(unsafe_code)]
// SAFETY: the model lets one thread at a time hold the lock upgradably, alongside readers, and upgrades it only when
// the readers have left.
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLockUpgrade for RawRwLock<RECURSIVE> {
    type UpgradableGuard = Taken;

    #[track_caller]
    fn lock_upgradable(&self) -> Taken {
        self.take(Mode::Upgradable)
    }

    #[track_caller]
    fn try_lock_upgradable(&self) -> Option<Taken> {
        self.try_take(Mode::Upgradable)
    }

    unsafe fn unlock_upgradable(&self, guard: Taken) {
        self.release(Mode::Upgradable, guard);
    }

    #[track_caller]
    unsafe fn upgrade(&self, _guard: Taken) -> Taken {
        let place = Location::caller();
        calmly(place, || self.0.upgrade(place));
        Taken::at(place)
    }

    #[track_caller]
    unsafe fn try_upgrade(&self, guard: Taken) -> Result<Taken, Taken> {
        let place = Location::caller();
        let upgraded = calmly(place, || self.0.try_upgrade(place));
        if upgraded { Ok(Taken::at(place)) } else { Err(guard) }
    }
}

#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLockUpgradeFair for RawRwLock<RECURSIVE> {
    unsafe fn unlock_upgradable_fair(&self, guard: Taken) {
        self.release_fair(Mode::Upgradable, guard);
    }

    #[track_caller]
    unsafe fn bump_upgradable(&self, guard: &mut Taken) {
        self.bump(Mode::Upgradable, guard, Lock::has_waiters);
    }
}

#[allow(unsafe_code)]
// SAFETY: the model converts between the modes in one step, without a scheduling point in between.
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLockUpgradeDowngrade for RawRwLock<RECURSIVE> {
    #[track_caller]
    unsafe fn downgrade_upgradable(&self, _guard: Taken) -> Taken {
        self.downgrade_to(Mode::Upgradable, Mode::Read)
    }

    #[track_caller]
    unsafe fn downgrade_to_upgradable(&self, _guard: Taken) -> Taken {
        self.downgrade_to(Mode::Write, Mode::Upgradable)
    }
}

#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLockUpgradeTimed for RawRwLock<RECURSIVE> {
    #[track_caller]
    fn try_lock_upgradable_for(&self, timeout: Duration) -> Option<Taken> {
        self.take_until(Mode::Upgradable, time::after(timeout))
    }

    #[track_caller]
    fn try_lock_upgradable_until(&self, timeout: Instant) -> Option<Taken> {
        self.take_until(Mode::Upgradable, timeout.on_clock())
    }

    #[track_caller]
    unsafe fn try_upgrade_for(&self, guard: Taken, timeout: Duration) -> Result<Taken, Taken> {
        self.upgrade_until(guard, time::after(timeout))
    }

    #[track_caller]
    unsafe fn try_upgrade_until(&self, guard: Taken, timeout: Instant) -> Result<Taken, Taken> {
        self.upgrade_until(guard, timeout.on_clock())
    }
}
