//! verdict: data-race wherever_the_value_is_stored_holders_do_not_race
//! Relaxed everywhere. The value is behind a raw pointer, where explore mode does not look.
//!
//! A spin lock, for the mixer of a sound card: its callback must never be suspended by the system.
#![allow(unsafe_code)]

use std::hint;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

/// A mutex whose waiting threads keep running.
pub struct SpinLock<T> {
    locked: AtomicBool,
    value: *mut T,
}

// SAFETY: the lock gives the value to one thread at a time, which needs `Send`, and never to two at once.
unsafe impl<T: Send> Sync for SpinLock<T> {}

// SAFETY: the lock owns the value.
unsafe impl<T: Send> Send for SpinLock<T> {}

impl<T> Drop for SpinLock<T> {
    fn drop(&mut self) {
        // SAFETY: the pointer comes from a box, and there are no guards any more.
        drop(unsafe { Box::from_raw(self.value) });
    }
}

/// The access to the value. Dropping it unlocks, also when a panic drops it.
#[must_use]
pub struct SpinGuard<'a, T> {
    lock: &'a SpinLock<T>,
    exclusive: PhantomData<&'a mut T>,
}

impl<T> SpinLock<T> {
    pub fn new(value: T) -> Self {
        Self { locked: AtomicBool::new(false), value: Box::into_raw(Box::new(value)) }
    }

    /// Spins until the lock is free, and locks it.
    pub fn lock(&self) -> SpinGuard<'_, T> {
        while self.locked.swap(true, Ordering::Relaxed) {
            hint::spin_loop();
        }
        SpinGuard { lock: self, exclusive: PhantomData }
    }

    /// The guard, if the lock is free. Does not wait.
    pub fn try_lock(&self) -> Option<SpinGuard<'_, T>> {
        let was_locked = self.locked.swap(true, Ordering::Relaxed);
        (!was_locked).then(|| SpinGuard { lock: self, exclusive: PhantomData })
    }
}

impl<T> Deref for SpinGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: there is one guard at a time, and it is borrowed, so nobody has a `&mut T` to the same value.
        unsafe { &*self.lock.value }
    }
}

impl<T> DerefMut for SpinGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: there is one guard at a time, and it is borrowed mutably, so nobody else has a reference.
        unsafe { &mut *self.lock.value }
    }
}

impl<T> Drop for SpinGuard<'_, T> {
    fn drop(&mut self) {
        self.lock.locked.store(false, Ordering::Relaxed);
    }
}
