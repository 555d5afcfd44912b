//! `std::sync::Mutex`.

use ::std::fmt;
use ::std::panic::Location;
use ::std::sync::{self, LockResult, PoisonError, TryLockError, TryLockResult};

use interleave::engine::Access;
use interleave::model::acquire::AfterRelease;
use interleave::model::{Held, Lock, Mode};
use interleave::{lock_from_value, write_guard};

use super::SHARED;
use super::poisoning::Poison;

/// A mutex controlled by the scheduler. A real mutex holds the data and the poison flag.
pub struct Mutex<T: ?Sized> {
    lock: Lock,
    data: sync::Mutex<T>,
}

/// See [`sync::MutexGuard`].
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, T: ?Sized> {
    // Dropped in this order: others may run while the data is still locked, and wait for `held`.
    pub(super) held: Held<&'a Lock>,
    pub(super) data: sync::MutexGuard<'a, T>,
    pub(super) mutex: &'a Mutex<T>,
    _poison: Poison<'a, sync::Mutex<T>>,
    _after: AfterRelease,
}

impl<T> Mutex<T> {
    /// An unlocked mutex. Traces name it after the variable or field on the line of this call.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        Mutex { lock: Lock::new("Mutex"), data: sync::Mutex::new(value) }
    }

    /// Takes the value out; an error if the mutex is poisoned. No lock is needed, so this is no scheduling point.
    pub fn into_inner(self) -> LockResult<T> {
        self.data.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits until the mutex is free and locks it. Locking a mutex that the thread has locked already is reported as a
    /// deadlock.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let held = self.lock.acquire(Mode::Lock, Location::caller());
        self.enter(held)
    }

    /// Locks the mutex if it is free. If it is not, other threads run first, so that a loop around this call lets them.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        match Held::try_new(&self.lock, Mode::Lock, Location::caller()) {
            Some(held) => Ok(self.enter(held)?),
            None => Err(TryLockError::WouldBlock),
        }
    }

    #[track_caller]
    pub(super) fn enter<'a>(&'a self, held: Held<&'a Lock>) -> LockResult<MutexGuard<'a, T>> {
        match self.data.try_lock() {
            Ok(data) => {
                Ok(MutexGuard { held, data, mutex: self, _poison: Poison::new(&self.data), _after: AfterRelease })
            }
            Err(TryLockError::Poisoned(error)) => Err(PoisonError::new(MutexGuard {
                held,
                data: error.into_inner(),
                mutex: self,
                _poison: Poison::new(&self.data),
                _after: AfterRelease,
            })),
            Err(TryLockError::WouldBlock) => panic!("{SHARED}"),
        }
    }

    /// Whether a thread has panicked while it held the mutex.
    pub fn is_poisoned(&self) -> bool {
        self.lock.point(Access::Read);
        self.data.is_poisoned()
    }

    /// Makes the mutex one that is not poisoned.
    pub fn clear_poison(&self) {
        self.lock.point(Access::Write);
        self.data.clear_poison();
    }

    /// The value, for the only owner; an error if the mutex is poisoned.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.data.get_mut()
    }
}

lock_from_value!(Mutex);

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(f)
    }
}

write_guard!(['a, T: ?Sized] MutexGuard<'a, T> => T);
