//! `tokio::sync::RwLock` and its guards.

mod owned;
mod reference;

use std::cell::UnsafeCell;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use interleave::engine::threads;
use interleave::lock_from_value;
use interleave::model::Mode;
use real::sync::TryLockError;

use super::guard::{Exclusive, Shared, fmt_data};
use super::hold::{Hold, Permits};
use super::{NEVER_CLOSED, refused};
use crate::explore::runtime::context::assert_may_block;

pub use owned::{OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard};
pub use reference::{RwLockMappedWriteGuard, RwLockReadGuard, RwLockWriteGuard};

/// tokio's limit on the number of readers.
const MAX_READS: u32 = u32::MAX >> 3;

/// See [`real::sync::RwLock`].
pub struct RwLock<T: ?Sized> {
    /// A reader takes one permit, a writer takes all of them.
    permits: Permits,
    max_readers: u32,
    data: UnsafeCell<T>,
}

impl<T: ?Sized> AsRef<Permits> for RwLock<T> {
    fn as_ref(&self) -> &Permits {
        &self.permits
    }
}

impl<T> RwLock<T> {
    /// An unlocked lock. Traces name it after the variable or field on the line of this call.
    #[track_caller]
    pub fn new(value: T) -> Self {
        RwLock::const_new(value)
    }

    /// # Panics
    ///
    /// If `max_reads` is 0, or more than `u32::MAX >> 3`.
    #[track_caller]
    pub fn with_max_readers(value: T, max_reads: u32) -> Self {
        assert_ne!(max_reads, 0, "a RwLock may not be created with 0 readers");
        RwLock::const_with_max_readers(value, max_reads)
    }

    /// As [`RwLock::new`], for a `static`.
    #[track_caller]
    pub const fn const_new(value: T) -> Self {
        RwLock::const_with_max_readers(value, MAX_READS)
    }

    /// # Panics
    ///
    /// If `max_reads` is more than `u32::MAX >> 3`.
    #[track_caller]
    pub const fn const_with_max_readers(value: T, max_reads: u32) -> Self {
        assert!(max_reads != 0, "a RwLock may not be created with 0 readers");
        assert!(max_reads <= MAX_READS, "a RwLock may not be created with more than 536870911 readers");
        RwLock {
            permits: Permits::const_new("RwLock", max_reads as usize),
            max_readers: max_reads,
            data: UnsafeCell::new(value),
        }
    }

    /// Takes the value out. No lock is needed, so this is no scheduling point.
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Joins the queue when it is polled, and reads once it is first, together with other readers. A writer ahead in
    /// the queue keeps it waiting.
    #[track_caller]
    pub fn read(&self) -> impl Future<Output = RwLockReadGuard<'_, T>> {
        let place = Location::caller();
        async move {
            let hold = Hold::take(&self.permits, Mode::Read, 1, place).await;
            self.enter_to_read(hold.expect(NEVER_CLOSED))
        }
    }

    /// As [`RwLock::read`], but blocks the calling thread. Panics in an async task, where this would block a worker.
    #[track_caller]
    pub fn blocking_read(&self) -> RwLockReadGuard<'_, T> {
        assert_may_block();
        threads::block_on(self.read())
    }

    /// Acquires the lock to read if that needs no waiting. If it does, other threads run first.
    #[track_caller]
    pub fn try_read(&self) -> Result<RwLockReadGuard<'_, T>, TryLockError> {
        match Hold::try_take(&self.permits, Mode::Read, 1, Location::caller()) {
            Ok(hold) => Ok(self.enter_to_read(hold)),
            Err(_) => Err(refused()),
        }
    }

    fn enter_to_read<'a>(&'a self, hold: Hold<&'a Permits>) -> RwLockReadGuard<'a, T> {
        #[allow(unsafe_code)]
        // SAFETY: the data lives as long as `self`, and writers need the permit in `hold`.
        let data = unsafe { Shared::new(self.data.get(), hold) };
        RwLockReadGuard::new(data)
    }

    /// Joins the queue when it is polled, and writes, alone, once it is first.
    #[track_caller]
    pub fn write(&self) -> impl Future<Output = RwLockWriteGuard<'_, T>> {
        let place = Location::caller();
        async move {
            let hold = Hold::take(&self.permits, Mode::Write, self.max_readers, place).await;
            self.enter_to_write(hold.expect(NEVER_CLOSED))
        }
    }

    /// As [`RwLock::write`], but blocks the calling thread. Panics in an async task, where this would block a worker.
    #[track_caller]
    pub fn blocking_write(&self) -> RwLockWriteGuard<'_, T> {
        assert_may_block();
        threads::block_on(self.write())
    }

    /// Acquires the lock to write if nobody has it. If somebody does, other threads run first.
    #[track_caller]
    pub fn try_write(&self) -> Result<RwLockWriteGuard<'_, T>, TryLockError> {
        match Hold::try_take(&self.permits, Mode::Write, self.max_readers, Location::caller()) {
            Ok(hold) => Ok(self.enter_to_write(hold)),
            Err(_) => Err(refused()),
        }
    }

    fn enter_to_write<'a>(&'a self, hold: Hold<&'a Permits>) -> RwLockWriteGuard<'a, T> {
        #[allow(unsafe_code)]
        // SAFETY: the data lives as long as `self`, and `hold` has all permits.
        let data = unsafe { Exclusive::new(self.data.get(), hold) };
        RwLockWriteGuard::new(data)
    }

    /// As [`RwLock::read`], with a guard that owns the lock and so has no lifetime.
    #[track_caller]
    pub fn read_owned(self: Arc<Self>) -> impl Future<Output = OwnedRwLockReadGuard<T>> {
        let place = Location::caller();
        async move { RwLock::enter_to_read_owned(Hold::take(self, Mode::Read, 1, place).await.expect(NEVER_CLOSED)) }
    }

    /// As [`RwLock::try_read`], with a guard that owns the lock.
    #[track_caller]
    pub fn try_read_owned(self: Arc<Self>) -> Result<OwnedRwLockReadGuard<T>, TryLockError> {
        match Hold::try_take(self, Mode::Read, 1, Location::caller()) {
            Ok(hold) => Ok(RwLock::enter_to_read_owned(hold)),
            Err(_) => Err(refused()),
        }
    }

    fn enter_to_read_owned(hold: Hold<Arc<Self>>) -> OwnedRwLockReadGuard<T> {
        let data = hold.gate().data.get();
        #[allow(unsafe_code)]
        // SAFETY: `hold` keeps the lock, and writers need its permit.
        let data = unsafe { Shared::new(data, hold) };
        OwnedRwLockReadGuard::new(data)
    }

    /// As [`RwLock::write`], with a guard that owns the lock and so has no lifetime.
    #[track_caller]
    pub fn write_owned(self: Arc<Self>) -> impl Future<Output = OwnedRwLockWriteGuard<T>> {
        let place = Location::caller();
        async move {
            let max_readers = self.max_readers;
            let hold = Hold::take(self, Mode::Write, max_readers, place).await;
            RwLock::enter_to_write_owned(hold.expect(NEVER_CLOSED))
        }
    }

    /// As [`RwLock::try_write`], with a guard that owns the lock.
    #[track_caller]
    pub fn try_write_owned(self: Arc<Self>) -> Result<OwnedRwLockWriteGuard<T>, TryLockError> {
        let max_readers = self.max_readers;
        match Hold::try_take(self, Mode::Write, max_readers, Location::caller()) {
            Ok(hold) => Ok(RwLock::enter_to_write_owned(hold)),
            Err(_) => Err(refused()),
        }
    }

    fn enter_to_write_owned(hold: Hold<Arc<Self>>) -> OwnedRwLockWriteGuard<T> {
        let data = hold.gate().data.get();
        #[allow(unsafe_code)]
        // SAFETY: `hold` keeps the lock, and has all its permits.
        let data = unsafe { Exclusive::new(data, hold) };
        OwnedRwLockWriteGuard::new(data)
    }

    /// The value, for the only owner of the lock. No lock is needed, so this is no scheduling point.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }
}

lock_from_value!(RwLock);

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[allow(unsafe_code)]
        // SAFETY: a permit allows its holder to read the data.
        unsafe {
            fmt_data(f, "RwLock", &self.permits, &self.data)
        }
    }
}
