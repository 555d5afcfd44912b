//! The reader-writer lock.

use std::panic::Location;
use std::time::{Duration, Instant};

use interleave::explore::{Lock, Mode, task};
use real::lock_api;

use super::Taken;

/// A reader-writer lock that the scheduler decides about.
#[derive(Debug)]
pub struct RawRwLock(Lock);

impl RawRwLock {
    #[track_caller]
    fn take(&self, mode: Mode) -> Taken {
        let place = Location::caller();
        self.0.take(mode, place);
        Taken::at(place)
    }

    #[track_caller]
    fn try_take(&self, mode: Mode) -> Option<Taken> {
        let place = Location::caller();
        self.0.try_take(mode, place).then(|| Taken::at(place))
    }

    /// Time may pass at any moment: after one chance for the holder the time is up.
    #[track_caller]
    fn try_take_in_time(&self, mode: Mode) -> Option<Taken> {
        task::yield_thread();
        self.try_take(mode)
    }

    fn release_fair(&self, mode: Mode, guard: Taken) {
        self.0.release(mode, guard.place);
        task::yield_thread();
    }
}

// SAFETY: the model keeps writers alone and lets readers share, and all tasks are coroutines of one thread.
#[allow(unsafe_code)]
unsafe impl lock_api::RawRwLock for RawRwLock {
    #[allow(clippy::declare_interior_mutable_const, reason = "the trait asks for it")]
    const INIT: Self = RawRwLock(Lock::of_unknown_origin("RwLock"));

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
        self.0.release(Mode::Read, guard.place);
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
        self.0.release(Mode::Write, guard.place);
    }

    fn is_locked(&self) -> bool {
        self.0.is_locked()
    }

    fn is_locked_exclusive(&self) -> bool {
        self.0.is_locked_exclusive()
    }
}

// SAFETY: as above; who is to come next is let run first.
#[allow(unsafe_code)]
unsafe impl lock_api::RawRwLockFair for RawRwLock {
    unsafe fn unlock_shared_fair(&self, guard: Taken) {
        self.release_fair(Mode::Read, guard);
    }

    unsafe fn unlock_exclusive_fair(&self, guard: Taken) {
        self.release_fair(Mode::Write, guard);
    }
}

// SAFETY: the model turns the writer into a reader in one step, without a scheduling point in between.
#[allow(unsafe_code)]
unsafe impl lock_api::RawRwLockDowngrade for RawRwLock {
    unsafe fn downgrade(&self, guard: Taken) -> Taken {
        self.0.downgrade(Mode::Write, Mode::Read, guard.place);
        guard
    }
}

// SAFETY: as for `RawRwLock`.
#[allow(unsafe_code)]
unsafe impl lock_api::RawRwLockTimed for RawRwLock {
    type Duration = Duration;
    type Instant = Instant;

    #[track_caller]
    fn try_lock_shared_for(&self, _timeout: Duration) -> Option<Taken> {
        self.try_take_in_time(Mode::Read)
    }

    #[track_caller]
    fn try_lock_shared_until(&self, _timeout: Instant) -> Option<Taken> {
        self.try_take_in_time(Mode::Read)
    }

    #[track_caller]
    fn try_lock_exclusive_for(&self, _timeout: Duration) -> Option<Taken> {
        self.try_take_in_time(Mode::Write)
    }

    #[track_caller]
    fn try_lock_exclusive_until(&self, _timeout: Instant) -> Option<Taken> {
        self.try_take_in_time(Mode::Write)
    }
}

// SAFETY: the model lets one task at a time hold the lock upgradably, beside readers, and upgrades it only when
// the readers have left.
#[allow(unsafe_code)]
unsafe impl lock_api::RawRwLockUpgrade for RawRwLock {
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
        self.0.release(Mode::Upgradable, guard.place);
    }

    #[track_caller]
    unsafe fn upgrade(&self, _guard: Taken) -> Taken {
        let place = Location::caller();
        self.0.upgrade(place);
        Taken::at(place)
    }

    #[track_caller]
    unsafe fn try_upgrade(&self, guard: Taken) -> Result<Taken, Taken> {
        let place = Location::caller();
        if self.0.try_upgrade(place) { Ok(Taken::at(place)) } else { Err(guard) }
    }
}

// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl lock_api::RawRwLockUpgradeFair for RawRwLock {
    unsafe fn unlock_upgradable_fair(&self, guard: Taken) {
        self.release_fair(Mode::Upgradable, guard);
    }
}

// SAFETY: the model turns one right into the other in one step, without a scheduling point in between.
#[allow(unsafe_code)]
unsafe impl lock_api::RawRwLockUpgradeDowngrade for RawRwLock {
    unsafe fn downgrade_upgradable(&self, guard: Taken) -> Taken {
        self.0.downgrade(Mode::Upgradable, Mode::Read, guard.place);
        guard
    }

    unsafe fn downgrade_to_upgradable(&self, guard: Taken) -> Taken {
        self.0.downgrade(Mode::Write, Mode::Upgradable, guard.place);
        guard
    }
}

// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl lock_api::RawRwLockUpgradeTimed for RawRwLock {
    #[track_caller]
    fn try_lock_upgradable_for(&self, _timeout: Duration) -> Option<Taken> {
        self.try_take_in_time(Mode::Upgradable)
    }

    #[track_caller]
    fn try_lock_upgradable_until(&self, _timeout: Instant) -> Option<Taken> {
        self.try_take_in_time(Mode::Upgradable)
    }

    #[track_caller]
    unsafe fn try_upgrade_for(&self, guard: Taken, _timeout: Duration) -> Result<Taken, Taken> {
        task::yield_thread();
        // SAFETY: the caller holds the lock upgradably, which is what `try_upgrade` asks for.
        unsafe { lock_api::RawRwLockUpgrade::try_upgrade(self, guard) }
    }

    #[track_caller]
    unsafe fn try_upgrade_until(&self, guard: Taken, _timeout: Instant) -> Result<Taken, Taken> {
        task::yield_thread();
        // SAFETY: the caller holds the lock upgradably, which is what `try_upgrade` asks for.
        unsafe { lock_api::RawRwLockUpgrade::try_upgrade(self, guard) }
    }
}
