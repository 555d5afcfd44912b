//! Guards that keep their lock.

use std::panic::Location;
use std::sync::Arc;

use interleave::{read_guard, write_guard};

use super::RwLock;
use crate::explore::sync::guard::{Exclusive, Shared};

/// See [`real::sync::OwnedRwLockReadGuard`].
#[clippy::has_significant_drop]
pub struct OwnedRwLockReadGuard<T: ?Sized, U: ?Sized = T> {
    data: Shared<Arc<RwLock<T>>, U>,
}

/// See [`real::sync::OwnedRwLockWriteGuard`].
#[clippy::has_significant_drop]
pub struct OwnedRwLockWriteGuard<T: ?Sized> {
    data: Exclusive<Arc<RwLock<T>>, T>,
}

/// See [`real::sync::OwnedRwLockMappedWriteGuard`].
#[clippy::has_significant_drop]
pub struct OwnedRwLockMappedWriteGuard<T: ?Sized, U: ?Sized = T> {
    data: Exclusive<Arc<RwLock<T>>, U>,
}

impl<T: ?Sized, U: ?Sized> OwnedRwLockReadGuard<T, U> {
    pub(super) fn new(data: Shared<Arc<RwLock<T>>, U>) -> Self {
        OwnedRwLockReadGuard { data }
    }

    /// A guard to the part of the value that `f` returns. The whole lock stays held.
    pub fn map<F, V: ?Sized>(this: Self, f: F) -> OwnedRwLockReadGuard<T, V>
    where
        F: FnOnce(&U) -> &V,
    {
        OwnedRwLockReadGuard::new(this.data.map(f))
    }

    /// As `map`, if `f` returns a part; otherwise gives the guard back.
    pub fn try_map<F, V: ?Sized>(this: Self, f: F) -> Result<OwnedRwLockReadGuard<T, V>, Self>
    where
        F: FnOnce(&U) -> Option<&V>,
    {
        this.data.try_map(f).map(OwnedRwLockReadGuard::new).map_err(OwnedRwLockReadGuard::new)
    }

    /// The lock that is held.
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.data.hold.gate()
    }
}

impl<T: ?Sized> OwnedRwLockWriteGuard<T> {
    pub(super) fn new(data: Exclusive<Arc<RwLock<T>>, T>) -> Self {
        OwnedRwLockWriteGuard { data }
    }

    /// A guard to the part of the value that `f` returns. The whole lock stays held. It cannot be downgraded.
    pub fn map<F, U: ?Sized>(this: Self, f: F) -> OwnedRwLockMappedWriteGuard<T, U>
    where
        F: FnOnce(&mut T) -> &mut U,
    {
        OwnedRwLockMappedWriteGuard::new(this.data.map(f))
    }

    /// As `map`, if `f` returns a part; otherwise gives the guard back.
    pub fn try_map<F, U: ?Sized>(this: Self, f: F) -> Result<OwnedRwLockMappedWriteGuard<T, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        this.data.try_map(f).map(OwnedRwLockMappedWriteGuard::new).map_err(OwnedRwLockWriteGuard::new)
    }

    /// A guard of the type that `map` returns, to the whole value.
    pub fn into_mapped(this: Self) -> OwnedRwLockMappedWriteGuard<T> {
        OwnedRwLockMappedWriteGuard::new(this.data)
    }

    /// Becomes a reader, without releasing the lock in between, of the part that `f` returns.
    #[track_caller]
    pub fn downgrade_map<F, U: ?Sized>(this: Self, f: F) -> OwnedRwLockReadGuard<T, U>
    where
        F: FnOnce(&T) -> &U,
    {
        OwnedRwLockReadGuard::new(this.data.downgrade_map(f, Location::caller()))
    }

    /// As `downgrade_map`, if `f` returns a part; otherwise stays the writer.
    #[track_caller]
    pub fn try_downgrade_map<F, U: ?Sized>(this: Self, f: F) -> Result<OwnedRwLockReadGuard<T, U>, Self>
    where
        F: FnOnce(&T) -> Option<&U>,
    {
        let read = this.data.try_downgrade_map(f, Location::caller());
        read.map(OwnedRwLockReadGuard::new).map_err(OwnedRwLockWriteGuard::new)
    }

    /// Becomes a reader without releasing the lock in between, so that no other writer can come first.
    #[track_caller]
    pub fn downgrade(self) -> OwnedRwLockReadGuard<T> {
        OwnedRwLockWriteGuard::downgrade_map(self, |data| data)
    }

    /// The lock that is held.
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.data.hold.gate()
    }
}

impl<T: ?Sized, U: ?Sized> OwnedRwLockMappedWriteGuard<T, U> {
    fn new(data: Exclusive<Arc<RwLock<T>>, U>) -> Self {
        OwnedRwLockMappedWriteGuard { data }
    }

    /// A guard to a part of this part. The whole lock stays held.
    pub fn map<F, V: ?Sized>(this: Self, f: F) -> OwnedRwLockMappedWriteGuard<T, V>
    where
        F: FnOnce(&mut U) -> &mut V,
    {
        OwnedRwLockMappedWriteGuard::new(this.data.map(f))
    }

    /// As `map`, if `f` returns a part; otherwise gives the guard back.
    pub fn try_map<F, V: ?Sized>(this: Self, f: F) -> Result<OwnedRwLockMappedWriteGuard<T, V>, Self>
    where
        F: FnOnce(&mut U) -> Option<&mut V>,
    {
        this.data.try_map(f).map(OwnedRwLockMappedWriteGuard::new).map_err(OwnedRwLockMappedWriteGuard::new)
    }

    /// The lock that is held.
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.data.hold.gate()
    }
}

read_guard!([T: ?Sized, U: ?Sized] OwnedRwLockReadGuard<T, U> => U);
write_guard!([T: ?Sized] OwnedRwLockWriteGuard<T> => T);
write_guard!([T: ?Sized, U: ?Sized] OwnedRwLockMappedWriteGuard<T, U> => U);
