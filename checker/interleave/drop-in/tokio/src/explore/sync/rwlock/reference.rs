//! Guards that borrow their lock.

use std::marker::PhantomData;
use std::panic::Location;

use interleave::{read_guard, write_guard};

use crate::explore::sync::guard::{Exclusive, Shared};
use crate::explore::sync::hold::Permits;

/// See [`real::sync::RwLockReadGuard`].
#[clippy::has_significant_drop]
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    data: Shared<&'a Permits, T>,
    borrows: PhantomData<&'a T>,
}

/// See [`real::sync::RwLockWriteGuard`].
#[clippy::has_significant_drop]
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    data: Exclusive<&'a Permits, T>,
    borrows: PhantomData<&'a mut T>,
}

/// See [`real::sync::RwLockMappedWriteGuard`].
#[clippy::has_significant_drop]
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockMappedWriteGuard<'a, T: ?Sized> {
    data: Exclusive<&'a Permits, T>,
    borrows: PhantomData<&'a mut T>,
}

impl<'a, T: ?Sized> RwLockReadGuard<'a, T> {
    pub(super) fn new(data: Shared<&'a Permits, T>) -> Self {
        RwLockReadGuard { data, borrows: PhantomData }
    }

    /// A guard to the part of the value that `f` returns. The whole lock stays held.
    pub fn map<F, U: ?Sized>(this: Self, f: F) -> RwLockReadGuard<'a, U>
    where
        F: FnOnce(&T) -> &U,
    {
        RwLockReadGuard::new(this.data.map(f))
    }

    /// As `map`, if `f` returns a part; otherwise gives the guard back.
    pub fn try_map<F, U: ?Sized>(this: Self, f: F) -> Result<RwLockReadGuard<'a, U>, Self>
    where
        F: FnOnce(&T) -> Option<&U>,
    {
        this.data.try_map(f).map(RwLockReadGuard::new).map_err(RwLockReadGuard::new)
    }
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    pub(super) fn new(data: Exclusive<&'a Permits, T>) -> Self {
        RwLockWriteGuard { data, borrows: PhantomData }
    }

    /// A guard to the part of the value that `f` returns. The whole lock stays held. It cannot be downgraded.
    pub fn map<F, U: ?Sized>(this: Self, f: F) -> RwLockMappedWriteGuard<'a, U>
    where
        F: FnOnce(&mut T) -> &mut U,
    {
        RwLockMappedWriteGuard::new(this.data.map(f))
    }

    /// As `map`, if `f` returns a part; otherwise gives the guard back.
    pub fn try_map<F, U: ?Sized>(this: Self, f: F) -> Result<RwLockMappedWriteGuard<'a, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        this.data.try_map(f).map(RwLockMappedWriteGuard::new).map_err(RwLockWriteGuard::new)
    }

    /// A guard of the type that `map` returns, to the whole value.
    pub fn into_mapped(this: Self) -> RwLockMappedWriteGuard<'a, T> {
        RwLockMappedWriteGuard::new(this.data)
    }

    /// Becomes a reader, without releasing the lock in between, of the part that `f` returns.
    #[track_caller]
    pub fn downgrade_map<F, U: ?Sized>(this: Self, f: F) -> RwLockReadGuard<'a, U>
    where
        F: FnOnce(&T) -> &U,
    {
        RwLockReadGuard::new(this.data.downgrade_map(f, Location::caller()))
    }

    /// As `downgrade_map`, if `f` returns a part; otherwise stays the writer.
    #[track_caller]
    pub fn try_downgrade_map<F, U: ?Sized>(this: Self, f: F) -> Result<RwLockReadGuard<'a, U>, Self>
    where
        F: FnOnce(&T) -> Option<&U>,
    {
        let read = this.data.try_downgrade_map(f, Location::caller());
        read.map(RwLockReadGuard::new).map_err(RwLockWriteGuard::new)
    }

    /// Becomes a reader without releasing the lock in between, so that no other writer can come first.
    #[track_caller]
    pub fn downgrade(self) -> RwLockReadGuard<'a, T> {
        RwLockWriteGuard::downgrade_map(self, |data| data)
    }
}

impl<'a, T: ?Sized> RwLockMappedWriteGuard<'a, T> {
    fn new(data: Exclusive<&'a Permits, T>) -> Self {
        RwLockMappedWriteGuard { data, borrows: PhantomData }
    }

    /// A guard to a part of this part. The whole lock stays held.
    pub fn map<F, U: ?Sized>(this: Self, f: F) -> RwLockMappedWriteGuard<'a, U>
    where
        F: FnOnce(&mut T) -> &mut U,
    {
        RwLockMappedWriteGuard::new(this.data.map(f))
    }

    /// As `map`, if `f` returns a part; otherwise gives the guard back.
    pub fn try_map<F, U: ?Sized>(this: Self, f: F) -> Result<RwLockMappedWriteGuard<'a, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        this.data.try_map(f).map(RwLockMappedWriteGuard::new).map_err(RwLockMappedWriteGuard::new)
    }
}

read_guard!(['a, T: ?Sized] RwLockReadGuard<'a, T> => T);
write_guard!(['a, T: ?Sized] RwLockWriteGuard<'a, T> => T);
write_guard!(['a, T: ?Sized] RwLockMappedWriteGuard<'a, T> => T);
