//! verdict: livelock
//! Nobody unlocks.
//!
//! A spin lock, for the mixer of a sound card: its callback must never be suspended by the system.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::hint;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

/// A mutex whose waiting threads keep running.
pub struct SpinLock<T> {
    locked: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: a shared lock gives out `&mut T`, to one guard at a time and on any thread, so `T` must be `Send`. It never
// gives out `&T` to two threads at once, unless a shared guard does, so `T` need not be `Sync`.
unsafe impl<T: Send> Sync for SpinLock<T> {}

/// The access to the value. Dropping it unlocks, also when a panic drops it.
#[must_use]
pub struct SpinGuard<'a, T> {
    lock: &'a SpinLock<T>,
    /// Sharing a guard shares the value, so the guard is `Sync` only if `T` is.
    access: PhantomData<&'a mut T>,
}

impl<T> SpinLock<T> {
    pub fn new(value: T) -> Self {
        Self { locked: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    /// Spins until the lock is free, and locks it.
    pub fn lock(&self) -> SpinGuard<'_, T> {
        loop {
            if let Some(guard) = self.try_lock() {
                return guard;
            }
            hint::spin_loop();
        }
    }

    /// The guard, if the lock is free. Does not wait.
    pub fn try_lock(&self) -> Option<SpinGuard<'_, T>> {
        // Acquire: what the holder before did to the value has happened before what this one does.
        let was_locked = self.locked.swap(true, Ordering::Acquire);
        (!was_locked).then(|| SpinGuard { lock: self, access: PhantomData })
    }
}

impl<T> Deref for SpinGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: there is one guard at a time, and it is borrowed, so nobody has a `&mut T` to the same value.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for SpinGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: there is one guard at a time, and it is borrowed mutably, so nobody else has a reference.
        unsafe { &mut *self.lock.value.get() }
    }
}
