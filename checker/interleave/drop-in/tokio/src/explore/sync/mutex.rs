use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use interleave::explore::acquire::{Guarded, acquire, try_acquire};
use interleave::explore::{Mode, Object, task};
use real::sync::{self, TryLockError};

use super::{read_guard, write_guard};

/// The real mutex with a scheduling point around each operation.
pub struct Mutex<T> {
    object: Arc<Object>,
    lock: Arc<sync::Mutex<T>>,
}

/// See [`sync::MutexGuard`].
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, T> {
    guarded: Guarded,
    data: sync::MutexGuard<'a, T>,
}

/// See [`sync::MappedMutexGuard`].
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MappedMutexGuard<'a, T> {
    guarded: Guarded,
    data: sync::MappedMutexGuard<'a, T>,
}

/// See [`sync::OwnedMutexGuard`].
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct OwnedMutexGuard<T> {
    guarded: Guarded,
    data: sync::OwnedMutexGuard<T>,
}

/// See [`sync::OwnedMappedMutexGuard`].
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct OwnedMappedMutexGuard<T, U> {
    _guarded: Guarded,
    data: sync::OwnedMappedMutexGuard<T, U>,
}

impl<T> Mutex<T> {
    #[track_caller]
    pub fn new(value: T) -> Self {
        Mutex { object: Arc::new(Object::new("Mutex")), lock: Arc::new(sync::Mutex::new(value)) }
    }

    #[track_caller]
    pub fn lock(&self) -> impl Future<Output = MutexGuard<'_, T>> {
        let place = Location::caller();
        async move {
            let (data, guarded) = acquire(&self.object, Mode::Lock, place, self.lock.lock()).await;
            MutexGuard { guarded, data }
        }
    }

    #[track_caller]
    pub fn lock_owned(self: Arc<Self>) -> impl Future<Output = OwnedMutexGuard<T>> {
        let place = Location::caller();
        async move {
            let waiting = Arc::clone(&self.lock).lock_owned();
            let (data, guarded) = acquire(&self.object, Mode::Lock, place, waiting).await;
            OwnedMutexGuard { guarded, data }
        }
    }

    #[track_caller]
    pub fn blocking_lock(&self) -> MutexGuard<'_, T> {
        task::block_on(self.lock())
    }

    #[track_caller]
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        let attempt = || self.lock.try_lock();
        let (data, guarded) = try_acquire(&self.object, Mode::Lock, Location::caller(), attempt)?;
        Ok(MutexGuard { guarded, data })
    }

    #[track_caller]
    pub fn try_lock_owned(self: Arc<Self>) -> Result<OwnedMutexGuard<T>, TryLockError> {
        let attempt = || Arc::clone(&self.lock).try_lock_owned();
        let (data, guarded) = try_acquire(&self.object, Mode::Lock, Location::caller(), attempt)?;
        Ok(OwnedMutexGuard { guarded, data })
    }

    pub fn get_mut(&mut self) -> &mut T {
        Arc::get_mut(&mut self.lock).expect("no guard is left when the mutex is borrowed mutably").get_mut()
    }

    pub fn into_inner(self) -> T {
        Arc::into_inner(self.lock).expect("no guard is left when the mutex is moved").into_inner()
    }
}

impl<'a, T> MutexGuard<'a, T> {
    pub fn map<U>(this: Self, f: impl FnOnce(&mut T) -> &mut U) -> MappedMutexGuard<'a, U> {
        MappedMutexGuard { guarded: this.guarded, data: sync::MutexGuard::map(this.data, f) }
    }
}

impl<'a, T> MappedMutexGuard<'a, T> {
    pub fn map<U>(this: Self, f: impl FnOnce(&mut T) -> &mut U) -> MappedMutexGuard<'a, U> {
        MappedMutexGuard { guarded: this.guarded, data: sync::MappedMutexGuard::map(this.data, f) }
    }
}

impl<T> OwnedMutexGuard<T> {
    pub fn map<U>(this: Self, f: impl FnOnce(&mut T) -> &mut U) -> OwnedMappedMutexGuard<T, U> {
        OwnedMappedMutexGuard { _guarded: this.guarded, data: sync::OwnedMutexGuard::map(this.data, f) }
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Self {
        Mutex::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Mutex::new(value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lock.fmt(f)
    }
}

write_guard!(['a, T] MutexGuard<'a, T> => T);
write_guard!(['a, T] MappedMutexGuard<'a, T> => T);
write_guard!([T] OwnedMutexGuard<T> => T);
write_guard!([T, U] OwnedMappedMutexGuard<T, U> => U);
