//! `std::sync::RwLock`.

use ::std::fmt;
use ::std::panic::Location;
use ::std::sync::{self, LockResult, PoisonError, TryLockError, TryLockResult};

use interleave::engine::Access;
use interleave::model::acquire::AfterRelease;
use interleave::model::{Held, Lock, Mode};
use interleave::{lock_from_value, read_guard, write_guard};

use super::SHARED;
use super::poisoning::Poison;

/// A reader-writer lock controlled by the scheduler. A real lock holds the data and the poison flag.
pub struct RwLock<T: ?Sized> {
    lock: Lock,
    data: sync::RwLock<T>,
}

/// See [`sync::RwLockReadGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    // Dropped in this order: others may run while the data is still locked, and wait for `held`.
    _held: Held<&'a Lock>,
    data: sync::RwLockReadGuard<'a, T>,
    _after: AfterRelease,
}

/// See [`sync::RwLockWriteGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    // Dropped in this order: others may run while the data is still locked, and wait for `held`.
    held: Held<&'a Lock>,
    data: sync::RwLockWriteGuard<'a, T>,
    _poison: Poison<'a, sync::RwLock<T>>,
    after: AfterRelease,
}

impl<T> RwLock<T> {
    /// An unlocked lock. Traces name it after the variable or field on the line of this call.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        RwLock { lock: Lock::new("RwLock"), data: sync::RwLock::new(value) }
    }

    /// Takes the value out; an error if the lock is poisoned. No lock is needed, so this is no scheduling point.
    pub fn into_inner(self) -> LockResult<T> {
        self.data.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits until no writer has the lock, and reads together with other readers.
    #[track_caller]
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        let held = self.lock.acquire(Mode::Read, Location::caller());
        self.enter_to_read(held)
    }

    /// Acquires the lock to read if that needs no waiting. If it does, other threads run first.
    #[track_caller]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        match Held::try_new(&self.lock, Mode::Read, Location::caller()) {
            Some(held) => Ok(self.enter_to_read(held)?),
            None => Err(TryLockError::WouldBlock),
        }
    }

    /// Waits until nobody has the lock, and writes alone.
    #[track_caller]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        let held = self.lock.acquire(Mode::Write, Location::caller());
        self.enter_to_write(held)
    }

    /// Acquires the lock to write if nobody has it. If somebody does, other threads run first.
    #[track_caller]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        match Held::try_new(&self.lock, Mode::Write, Location::caller()) {
            Some(held) => Ok(self.enter_to_write(held)?),
            None => Err(TryLockError::WouldBlock),
        }
    }

    #[track_caller]
    fn enter_to_read<'a>(&'a self, held: Held<&'a Lock>) -> LockResult<RwLockReadGuard<'a, T>> {
        match self.data.try_read() {
            Ok(data) => Ok(RwLockReadGuard { _held: held, data, _after: AfterRelease }),
            Err(TryLockError::Poisoned(error)) => {
                Err(PoisonError::new(RwLockReadGuard { _held: held, data: error.into_inner(), _after: AfterRelease }))
            }
            Err(TryLockError::WouldBlock) => panic!("{SHARED}"),
        }
    }

    #[track_caller]
    fn enter_to_write<'a>(&'a self, held: Held<&'a Lock>) -> LockResult<RwLockWriteGuard<'a, T>> {
        match self.data.try_write() {
            Ok(data) => Ok(RwLockWriteGuard { held, data, _poison: Poison::new(&self.data), after: AfterRelease }),
            Err(TryLockError::Poisoned(error)) => Err(PoisonError::new(RwLockWriteGuard {
                held,
                data: error.into_inner(),
                _poison: Poison::new(&self.data),
                after: AfterRelease,
            })),
            Err(TryLockError::WouldBlock) => panic!("{SHARED}"),
        }
    }

    /// Whether a thread has panicked while it held the lock to write.
    pub fn is_poisoned(&self) -> bool {
        self.lock.point(Access::Read);
        self.data.is_poisoned()
    }

    /// Makes the lock one that is not poisoned.
    pub fn clear_poison(&self) {
        self.lock.point(Access::Write);
        self.data.clear_poison();
    }

    /// The value, for the only owner; an error if the lock is poisoned.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.data.get_mut()
    }
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// See [`sync::RwLockWriteGuard::downgrade`].
    #[track_caller]
    pub fn downgrade(guard: Self) -> RwLockReadGuard<'a, T> {
        let RwLockWriteGuard { mut held, data, _poison: _, after } = guard;
        // The data first: the model wakes the other readers, which must be able to lock the data by then.
        let data = sync::RwLockWriteGuard::downgrade(data);
        held.downgrade(Mode::Read, Location::caller());
        RwLockReadGuard { _held: held, data, _after: after }
    }
}

lock_from_value!(RwLock);

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(f)
    }
}

read_guard!(['a, T: ?Sized] RwLockReadGuard<'a, T> => T);
write_guard!(['a, T: ?Sized] RwLockWriteGuard<'a, T> => T);
