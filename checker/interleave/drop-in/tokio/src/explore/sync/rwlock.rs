use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use interleave::explore::acquire::{Guarded, acquire, try_acquire};
use interleave::explore::{Mode, Object, task};
use real::sync::{self, TryLockError};

use super::{read_guard, write_guard};

/// The real reader-writer lock with a scheduling point around each operation.
pub struct RwLock<T> {
    object: Arc<Object>,
    lock: Arc<sync::RwLock<T>>,
}

/// See [`sync::RwLockReadGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuard<'a, T> {
    guarded: Guarded,
    data: sync::RwLockReadGuard<'a, T>,
}

/// See [`sync::RwLockWriteGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockWriteGuard<'a, T> {
    guarded: Guarded,
    data: sync::RwLockWriteGuard<'a, T>,
}

/// See [`sync::RwLockMappedWriteGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockMappedWriteGuard<'a, T> {
    _guarded: Guarded,
    data: sync::RwLockMappedWriteGuard<'a, T>,
}

/// See [`sync::OwnedRwLockReadGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct OwnedRwLockReadGuard<T, U = T> {
    guarded: Guarded,
    data: sync::OwnedRwLockReadGuard<T, U>,
}

/// See [`sync::OwnedRwLockWriteGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct OwnedRwLockWriteGuard<T> {
    guarded: Guarded,
    data: sync::OwnedRwLockWriteGuard<T>,
}

/// See [`sync::OwnedRwLockMappedWriteGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct OwnedRwLockMappedWriteGuard<T, U = T> {
    _guarded: Guarded,
    data: sync::OwnedRwLockMappedWriteGuard<T, U>,
}

impl<T> RwLock<T> {
    #[track_caller]
    pub fn new(value: T) -> Self {
        RwLock { object: Arc::new(Object::new("RwLock")), lock: Arc::new(sync::RwLock::new(value)) }
    }

    pub fn get_mut(&mut self) -> &mut T {
        Arc::get_mut(&mut self.lock).expect("no guard is left when the lock is borrowed mutably").get_mut()
    }

    pub fn into_inner(self) -> T {
        Arc::into_inner(self.lock).expect("no guard is left when the lock is moved").into_inner()
    }
}

/// The ways in, which are the same for both modes: wait, block, try; borrowed and counted.
macro_rules! ways_in {
    ($mode:expr, $guard:ident, $owned:ident:
     $wait:ident $block:ident $attempt:ident, $wait_owned:ident $attempt_owned:ident) => {
        impl<T> RwLock<T> {
            #[track_caller]
            pub fn $wait(&self) -> impl Future<Output = $guard<'_, T>> {
                let place = Location::caller();
                async move {
                    let (data, guarded) = acquire(&self.object, $mode, place, self.lock.$wait()).await;
                    $guard { guarded, data }
                }
            }

            #[track_caller]
            pub fn $block(&self) -> $guard<'_, T> {
                task::block_on(self.$wait())
            }

            #[track_caller]
            pub fn $attempt(&self) -> Result<$guard<'_, T>, TryLockError> {
                let attempt = || self.lock.$attempt();
                let (data, guarded) = try_acquire(&self.object, $mode, Location::caller(), attempt)?;
                Ok($guard { guarded, data })
            }

            #[track_caller]
            pub fn $wait_owned(self: Arc<Self>) -> impl Future<Output = $owned<T>> {
                let place = Location::caller();
                async move {
                    let waiting = Arc::clone(&self.lock).$wait_owned();
                    let (data, guarded) = acquire(&self.object, $mode, place, waiting).await;
                    $owned { guarded, data }
                }
            }

            #[track_caller]
            pub fn $attempt_owned(self: Arc<Self>) -> Result<$owned<T>, TryLockError> {
                let attempt = || Arc::clone(&self.lock).$attempt_owned();
                let (data, guarded) = try_acquire(&self.object, $mode, Location::caller(), attempt)?;
                Ok($owned { guarded, data })
            }
        }
    };
}

ways_in!(Mode::Read, RwLockReadGuard, OwnedRwLockReadGuard:
    read blocking_read try_read, read_owned try_read_owned);
ways_in!(Mode::Write, RwLockWriteGuard, OwnedRwLockWriteGuard:
    write blocking_write try_write, write_owned try_write_owned);

impl<'a, T> RwLockReadGuard<'a, T> {
    pub fn map<U>(this: Self, f: impl FnOnce(&T) -> &U) -> RwLockReadGuard<'a, U> {
        RwLockReadGuard { guarded: this.guarded, data: sync::RwLockReadGuard::map(this.data, f) }
    }
}

impl<'a, T> RwLockWriteGuard<'a, T> {
    pub fn map<U>(this: Self, f: impl FnOnce(&mut T) -> &mut U) -> RwLockMappedWriteGuard<'a, U> {
        RwLockMappedWriteGuard { _guarded: this.guarded, data: sync::RwLockWriteGuard::map(this.data, f) }
    }

    #[track_caller]
    pub fn downgrade(self) -> RwLockReadGuard<'a, T> {
        let RwLockWriteGuard { mut guarded, data } = self;
        guarded.change(Mode::Read, Location::caller());
        RwLockReadGuard { guarded, data: sync::RwLockWriteGuard::downgrade(data) }
    }
}

impl<T> OwnedRwLockReadGuard<T> {
    pub fn map<U>(this: Self, f: impl FnOnce(&T) -> &U) -> OwnedRwLockReadGuard<T, U> {
        OwnedRwLockReadGuard { guarded: this.guarded, data: sync::OwnedRwLockReadGuard::map(this.data, f) }
    }
}

impl<T> OwnedRwLockWriteGuard<T> {
    pub fn map<U>(this: Self, f: impl FnOnce(&mut T) -> &mut U) -> OwnedRwLockMappedWriteGuard<T, U> {
        OwnedRwLockMappedWriteGuard { _guarded: this.guarded, data: sync::OwnedRwLockWriteGuard::map(this.data, f) }
    }

    #[track_caller]
    pub fn downgrade(self) -> OwnedRwLockReadGuard<T> {
        let OwnedRwLockWriteGuard { mut guarded, data } = self;
        guarded.change(Mode::Read, Location::caller());
        OwnedRwLockReadGuard { guarded, data: sync::OwnedRwLockWriteGuard::downgrade(data) }
    }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> Self {
        RwLock::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        RwLock::new(value)
    }
}

impl<T: fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lock.fmt(f)
    }
}

read_guard!(['a, T] RwLockReadGuard<'a, T> => T);
write_guard!(['a, T] RwLockWriteGuard<'a, T> => T);
write_guard!(['a, T] RwLockMappedWriteGuard<'a, T> => T);
read_guard!([T, U] OwnedRwLockReadGuard<T, U> => U);
write_guard!([T] OwnedRwLockWriteGuard<T> => T);
write_guard!([T, U] OwnedRwLockMappedWriteGuard<T, U> => U);
