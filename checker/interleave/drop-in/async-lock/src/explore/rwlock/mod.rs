//! `async_lock::RwLock`.

use std::cell::UnsafeCell;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use interleave::engine::threads::block_on;
use interleave::lock_from_value;
use interleave::model::{Lock, Mode, Queue};

use super::inside::{Closed, Entering, Inside, Locked};

pub mod futures;
mod guards;

use futures::{Read, ReadArc, UpgradableRead, UpgradableReadArc, Write, WriteArc};
pub use guards::{
    RwLockReadGuard, RwLockReadGuardArc, RwLockUpgradableReadGuard, RwLockUpgradableReadGuardArc, RwLockWriteGuard,
    RwLockWriteGuardArc,
};

/// A reader-writer lock controlled by the scheduler.
pub struct RwLock<T: ?Sized> {
    model: Lock,
    data: UnsafeCell<T>,
}

#[allow(unsafe_code)]
// SAFETY: the model lets several threads read the data at once, or one write it.
unsafe impl<T: Send + Sync + ?Sized> Sync for RwLock<T> {}

impl<T: ?Sized> Locked for RwLock<T> {
    type Data = T;

    fn model(&self) -> &Lock {
        &self.model
    }

    fn data(&self) -> *mut T {
        self.data.get()
    }
}

impl<T> RwLock<T> {
    /// An unlocked lock. Traces name it after the variable or field on the line of this call.
    #[must_use]
    #[track_caller]
    pub const fn new(t: T) -> RwLock<T> {
        RwLock { model: Lock::with_queue("RwLock", Queue::Listening), data: UnsafeCell::new(t) }
    }

    /// Takes the value out. No lock is needed, so this is no scheduling point.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// The value, for the only owner of the lock. No lock is needed, so this is no scheduling point.
    #[must_use]
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }
}

/// The methods that acquire the lock, the same for every mode: wait, block, try; borrowed or with an `Arc`.
macro_rules! ways_in {
    ([$($bound:tt)*] $mode:expr, $how:literal,
     $wait:ident $block:ident $attempt:ident => $future:ident $guard:ident,
     $wait_arc:ident $block_arc:ident $attempt_arc:ident => $future_arc:ident $guard_arc:ident) => {
        impl<T: ?Sized> RwLock<T> {
            #[doc = concat!("A future that acquires the lock ", $how, ". It joins the queue of waiters when it is polled in vain.")]
            #[track_caller]
            pub fn $wait(&self) -> $future<'_, T> {
                $future(Entering::new(self, $mode, Location::caller()))
            }

            #[doc = concat!("Blocks the calling thread until it has acquired the lock ", $how, ".")]
            #[track_caller]
            pub fn $block(&self) -> $guard<'_, T> {
                block_on(self.$wait())
            }

            #[doc = concat!("Acquires the lock ", $how, " if that needs no waiting. If it does, other threads run first.")]
            #[track_caller]
            pub fn $attempt(&self) -> Option<$guard<'_, T>> {
                Some($guard { data: Inside::try_new(self, $mode, Location::caller())? })
            }
        }

        impl<T $($bound)*> RwLock<T> {
            #[doc = concat!("As [`RwLock::", stringify!($wait), "`], with a guard that owns the lock and so has no lifetime.")]
            #[track_caller]
            pub fn $wait_arc<'a>(self: &'a Arc<Self>) -> $future_arc<'a, T> {
                $future_arc(Entering::new(self, $mode, Location::caller()))
            }

            #[doc = concat!("As [`RwLock::", stringify!($block), "`], with a guard that owns the lock.")]
            #[track_caller]
            pub fn $block_arc(self: &Arc<Self>) -> $guard_arc<T> {
                block_on(self.$wait_arc())
            }

            #[doc = concat!("As [`RwLock::", stringify!($attempt), "`], with a guard that owns the lock.")]
            #[track_caller]
            pub fn $attempt_arc(self: &Arc<Self>) -> Option<$guard_arc<T>> {
                Some($guard_arc { data: Inside::try_new(Arc::clone(self), $mode, Location::caller())? })
            }
        }
    };
}

ways_in!([] Mode::Read, "to read, together with other readers",
    read read_blocking try_read => Read RwLockReadGuard,
    read_arc read_arc_blocking try_read_arc => ReadArc RwLockReadGuardArc);
ways_in!([: ?Sized] Mode::Upgradable, "to read, as the only one that may later upgrade to write",
    upgradable_read upgradable_read_blocking try_upgradable_read => UpgradableRead RwLockUpgradableReadGuard,
    upgradable_read_arc upgradable_read_arc_blocking try_upgradable_read_arc =>
        UpgradableReadArc RwLockUpgradableReadGuardArc);
ways_in!([: ?Sized] Mode::Write, "to write, alone",
    write write_blocking try_write => Write RwLockWriteGuard,
    write_arc write_arc_blocking try_write_arc => WriteArc RwLockWriteGuardArc);

lock_from_value!(RwLock);

impl<T: fmt::Debug + ?Sized> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.try_read() {
            None => f.debug_struct("RwLock").field("value", &Closed).finish(),
            Some(guard) => f.debug_struct("RwLock").field("value", &&*guard).finish(),
        }
    }
}
