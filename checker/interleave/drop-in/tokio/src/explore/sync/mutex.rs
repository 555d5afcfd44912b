//! `tokio::sync::Mutex`.

use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use interleave::engine::threads;
use interleave::model::Mode;
use interleave::{lock_from_value, write_guard};
use real::sync::TryLockError;

use super::guard::{Exclusive, fmt_data};
use super::hold::{Hold, Permits};
use super::{NEVER_CLOSED, refused};
use crate::explore::runtime::context::assert_may_block;

/// See [`real::sync::Mutex`].
pub struct Mutex<T: ?Sized> {
    permits: Permits,
    data: UnsafeCell<T>,
}

/// See [`real::sync::MutexGuard`].
#[clippy::has_significant_drop]
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, T: ?Sized> {
    data: Exclusive<&'a Permits, T>,
    mutex: &'a Mutex<T>,
}

/// See [`real::sync::MappedMutexGuard`].
#[clippy::has_significant_drop]
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MappedMutexGuard<'a, T: ?Sized> {
    data: Exclusive<&'a Permits, T>,
    borrows: PhantomData<&'a mut T>,
}

/// See [`real::sync::OwnedMutexGuard`].
#[clippy::has_significant_drop]
pub struct OwnedMutexGuard<T: ?Sized> {
    data: Exclusive<Arc<Mutex<T>>, T>,
}

/// See [`real::sync::OwnedMappedMutexGuard`].
#[clippy::has_significant_drop]
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct OwnedMappedMutexGuard<T: ?Sized, U: ?Sized = T> {
    data: Exclusive<Arc<Mutex<T>>, U>,
}

impl<T: ?Sized> AsRef<Permits> for Mutex<T> {
    fn as_ref(&self) -> &Permits {
        &self.permits
    }
}

impl<T> Mutex<T> {
    /// An unlocked mutex. Traces name it after the variable or field on the line of this call.
    #[track_caller]
    pub fn new(value: T) -> Self {
        Mutex::const_new(value)
    }

    /// As [`Mutex::new`], for a `static`.
    #[track_caller]
    pub const fn const_new(value: T) -> Self {
        Mutex { permits: Permits::const_new("Mutex", 1), data: UnsafeCell::new(value) }
    }

    /// Takes the value out. No lock is needed, so this is no scheduling point.
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Joins the queue of waiters when it is polled, and holds the lock once it is first. Dropping this future gives up
    /// the place.
    #[track_caller]
    pub fn lock(&self) -> impl Future<Output = MutexGuard<'_, T>> {
        let place = Location::caller();
        async move {
            let hold = Hold::take(&self.permits, Mode::Lock, 1, place).await;
            self.enter(hold.expect(NEVER_CLOSED))
        }
    }

    /// As [`Mutex::lock`], but blocks the calling thread. Panics in an async task, where this would block a worker.
    #[track_caller]
    pub fn blocking_lock(&self) -> MutexGuard<'_, T> {
        assert_may_block();
        threads::block_on(self.lock())
    }

    /// Locks the mutex if it is free. If it is not, other threads run first, so that a loop around this call lets them.
    #[track_caller]
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        match Hold::try_take(&self.permits, Mode::Lock, 1, Location::caller()) {
            Ok(hold) => Ok(self.enter(hold)),
            Err(_) => Err(refused()),
        }
    }

    fn enter<'a>(&'a self, hold: Hold<&'a Permits>) -> MutexGuard<'a, T> {
        #[allow(unsafe_code)]
        // SAFETY: the data lives as long as `self`, and `hold` is the only permit.
        let data = unsafe { Exclusive::new(self.data.get(), hold) };
        MutexGuard { data, mutex: self }
    }

    /// As [`Mutex::lock`], with a guard that owns the mutex and so has no lifetime.
    #[track_caller]
    pub fn lock_owned(self: Arc<Self>) -> impl Future<Output = OwnedMutexGuard<T>> {
        let place = Location::caller();
        async move { Mutex::enter_owned(Hold::take(self, Mode::Lock, 1, place).await.expect(NEVER_CLOSED)) }
    }

    /// As [`Mutex::blocking_lock`], with a guard that owns the mutex.
    #[track_caller]
    pub fn blocking_lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        assert_may_block();
        threads::block_on(self.lock_owned())
    }

    /// As [`Mutex::try_lock`], with a guard that owns the mutex.
    #[track_caller]
    pub fn try_lock_owned(self: Arc<Self>) -> Result<OwnedMutexGuard<T>, TryLockError> {
        match Hold::try_take(self, Mode::Lock, 1, Location::caller()) {
            Ok(hold) => Ok(Mutex::enter_owned(hold)),
            Err(_) => Err(refused()),
        }
    }

    fn enter_owned(hold: Hold<Arc<Self>>) -> OwnedMutexGuard<T> {
        let data = hold.gate().data.get();
        #[allow(unsafe_code)]
        // SAFETY: `hold` keeps the mutex, and is the only permit.
        let data = unsafe { Exclusive::new(data, hold) };
        OwnedMutexGuard { data }
    }

    /// The value, for the only owner of the mutex. No lock is needed, so this is no scheduling point.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// A guard to the part of the value that `f` returns. The whole mutex stays locked.
    pub fn map<U, F>(this: Self, f: F) -> MappedMutexGuard<'a, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
    {
        MappedMutexGuard { data: this.data.map(f), borrows: PhantomData }
    }

    /// As [`MutexGuard::map`], if `f` returns a part; otherwise gives the guard back.
    pub fn try_map<U, F>(this: Self, f: F) -> Result<MappedMutexGuard<'a, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        let mutex = this.mutex;
        match this.data.try_map(f) {
            Ok(data) => Ok(MappedMutexGuard { data, borrows: PhantomData }),
            Err(data) => Err(MutexGuard { data, mutex }),
        }
    }

    /// The mutex that is locked.
    pub fn mutex(this: &Self) -> &'a Mutex<T> {
        this.mutex
    }
}

impl<'a, T: ?Sized> MappedMutexGuard<'a, T> {
    /// A guard to a part of this part. The whole mutex stays locked.
    pub fn map<U, F>(this: Self, f: F) -> MappedMutexGuard<'a, U>
    where
        F: FnOnce(&mut T) -> &mut U,
    {
        MappedMutexGuard { data: this.data.map(f), borrows: PhantomData }
    }

    /// As [`MappedMutexGuard::map`], if `f` returns a part; otherwise gives the guard back.
    pub fn try_map<U, F>(this: Self, f: F) -> Result<MappedMutexGuard<'a, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        match this.data.try_map(f) {
            Ok(data) => Ok(MappedMutexGuard { data, borrows: PhantomData }),
            Err(data) => Err(MappedMutexGuard { data, borrows: PhantomData }),
        }
    }
}

impl<T: ?Sized> OwnedMutexGuard<T> {
    /// A guard to the part of the value that `f` returns. The whole mutex stays locked.
    pub fn map<U, F>(this: Self, f: F) -> OwnedMappedMutexGuard<T, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
    {
        OwnedMappedMutexGuard { data: this.data.map(f) }
    }

    /// As [`OwnedMutexGuard::map`], if `f` returns a part; otherwise gives the guard back.
    pub fn try_map<U, F>(this: Self, f: F) -> Result<OwnedMappedMutexGuard<T, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        match this.data.try_map(f) {
            Ok(data) => Ok(OwnedMappedMutexGuard { data }),
            Err(data) => Err(OwnedMutexGuard { data }),
        }
    }

    /// The mutex that is locked.
    pub fn mutex(this: &Self) -> &Arc<Mutex<T>> {
        this.data.hold.gate()
    }
}

impl<T: ?Sized, U: ?Sized> OwnedMappedMutexGuard<T, U> {
    /// A guard to a part of this part. The whole mutex stays locked.
    pub fn map<S, F>(this: Self, f: F) -> OwnedMappedMutexGuard<T, S>
    where
        F: FnOnce(&mut U) -> &mut S,
    {
        OwnedMappedMutexGuard { data: this.data.map(f) }
    }

    /// As [`OwnedMappedMutexGuard::map`], if `f` returns a part; otherwise gives the guard back.
    pub fn try_map<S, F>(this: Self, f: F) -> Result<OwnedMappedMutexGuard<T, S>, Self>
    where
        F: FnOnce(&mut U) -> Option<&mut S>,
    {
        match this.data.try_map(f) {
            Ok(data) => Ok(OwnedMappedMutexGuard { data }),
            Err(data) => Err(OwnedMappedMutexGuard { data }),
        }
    }
}

lock_from_value!(Mutex);

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[allow(unsafe_code)]
        // SAFETY: the permit allows its holder to use the data.
        unsafe {
            fmt_data(f, "Mutex", &self.permits, &self.data)
        }
    }
}

write_guard!(['a, T: ?Sized] MutexGuard<'a, T> => T);
write_guard!(['a, T: ?Sized] MappedMutexGuard<'a, T> => T);
write_guard!([T: ?Sized] OwnedMutexGuard<T> => T);
write_guard!([T: ?Sized, U: ?Sized] OwnedMappedMutexGuard<T, U> => U);
