//! A mutex around state that begins anew in each schedule.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::scheduler;

/// A value that each schedule finds as `fresh` makes it, although it may live in a `static`.
#[derive(Debug)]
pub(super) struct ResetMutex<T> {
    fresh: fn() -> T,
    current: Mutex<Current<T>>,
}

#[derive(Debug)]
struct Current<T> {
    /// The schedule of this value; 0 is none.
    epoch: u64,
    value: T,
}

/// The value of the running schedule, locked.
pub(super) struct ResetGuard<'a, T>(MutexGuard<'a, Current<T>>);

impl<T> ResetMutex<T> {
    /// `value` must be what `fresh` makes, which a `const fn` cannot call.
    pub(super) const fn new(value: T, fresh: fn() -> T) -> Self {
        ResetMutex { fresh, current: Mutex::new(Current { epoch: 0, value }) }
    }

    /// Not a scheduling point. The caller must not run foreign code under the guard.
    pub(super) fn lock(&self) -> ResetGuard<'_, T> {
        let lock = || self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let mut current = lock();
        if let Some(epoch) = scheduler::epoch()
            && current.epoch != epoch
        {
            let old = std::mem::replace(&mut *current, Current { epoch, value: (self.fresh)() });
            drop(current);
            // Wakers of an earlier schedule, with foreign destructors.
            drop(old);
            current = lock();
        }
        ResetGuard(current)
    }
}

impl<T> Deref for ResetGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T> DerefMut for ResetGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0.value
    }
}
