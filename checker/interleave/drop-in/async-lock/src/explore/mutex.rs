//! `async_lock::Mutex`.

use std::cell::UnsafeCell;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use interleave::engine::threads::block_on;
use interleave::model::{self, Mode, Queue};
use interleave::{lock_from_value, write_guard};

use super::inside::{Closed, Entering, Inside, Locked, entry};

/// A mutex controlled by the scheduler.
pub struct Mutex<T: ?Sized> {
    model: model::Lock,
    data: UnsafeCell<T>,
}

#[allow(unsafe_code)]
// SAFETY: the model lets one guard at a time access the data, which moves from thread to thread this way.
unsafe impl<T: Send + ?Sized> Sync for Mutex<T> {}

impl<T: ?Sized> Locked for Mutex<T> {
    type Data = T;

    fn model(&self) -> &model::Lock {
        &self.model
    }

    fn data(&self) -> *mut T {
        self.data.get()
    }
}

/// See `async_lock::MutexGuard`.
#[must_use = "if unused the Mutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct MutexGuard<'a, T: ?Sized> {
    data: Inside<&'a Mutex<T>>,
}

/// See `async_lock::MutexGuardArc`.
#[must_use = "if unused the Mutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct MutexGuardArc<T: ?Sized> {
    data: Inside<Arc<Mutex<T>>>,
}

write_guard!(['a, T: ?Sized] MutexGuard<'a, T> => T);
write_guard!([T: ?Sized] MutexGuardArc<T> => T);

entry!(Lock['a, T: ?Sized]['a, T](&'a Mutex<T>) => MutexGuard<'a, T>, |data| MutexGuard { data });
entry!(LockArc[T: ?Sized][T](Arc<Mutex<T>>) => MutexGuardArc<T>, |data| MutexGuardArc { data });

impl<T> Mutex<T> {
    /// An unlocked mutex. Traces name it after the variable or field on the line of this call.
    #[track_caller]
    pub const fn new(data: T) -> Mutex<T> {
        Mutex { model: model::Lock::with_queue("Mutex", Queue::Listening), data: UnsafeCell::new(data) }
    }

    /// Takes the value out. No lock is needed, so this is no scheduling point.
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// A future that locks the mutex. It joins the queue of waiters when it is polled and the mutex is taken, and
    /// leaves it when it is dropped.
    #[track_caller]
    pub fn lock(&self) -> Lock<'_, T> {
        Lock(Entering::new(self, Mode::Lock, Location::caller()))
    }

    /// Blocks the calling thread until it has locked the mutex.
    #[track_caller]
    pub fn lock_blocking(&self) -> MutexGuard<'_, T> {
        block_on(self.lock())
    }

    /// Locks the mutex if it is free. If it is not, other threads run first, so that a loop around this call lets them.
    #[track_caller]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        Some(MutexGuard { data: Inside::try_new(self, Mode::Lock, Location::caller())? })
    }

    /// The value, for the only owner of the mutex. No lock is needed, so this is no scheduling point.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// As [`Mutex::lock`], with a guard that owns the mutex and so has no lifetime.
    #[track_caller]
    pub fn lock_arc(self: &Arc<Self>) -> LockArc<T> {
        LockArc(Entering::new(Arc::clone(self), Mode::Lock, Location::caller()))
    }

    /// As [`Mutex::lock_blocking`], with a guard that owns the mutex.
    #[track_caller]
    pub fn lock_arc_blocking(self: &Arc<Self>) -> MutexGuardArc<T> {
        block_on(self.lock_arc())
    }

    /// As [`Mutex::try_lock`], with a guard that owns the mutex.
    #[track_caller]
    pub fn try_lock_arc(self: &Arc<Self>) -> Option<MutexGuardArc<T>> {
        Some(MutexGuardArc { data: Inside::try_new(Arc::clone(self), Mode::Lock, Location::caller())? })
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The mutex that `guard` has locked.
    pub fn source(guard: &MutexGuard<'a, T>) -> &'a Mutex<T> {
        guard.data.lock()
    }
}

impl<T: ?Sized> MutexGuardArc<T> {
    /// The mutex that `guard` has locked.
    pub fn source(guard: &Self) -> &Arc<Mutex<T>>
    where
        T: Send,
    {
        guard.data.lock()
    }
}

lock_from_value!(Mutex);

impl<T: fmt::Debug + ?Sized> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.try_lock() {
            None => f.debug_struct("Mutex").field("data", &Closed).finish(),
            Some(guard) => f.debug_struct("Mutex").field("data", &&*guard).finish(),
        }
    }
}
