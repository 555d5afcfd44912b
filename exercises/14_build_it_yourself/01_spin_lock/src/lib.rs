//! A spin lock, for the mixer of a sound card: its callback must never be suspended by the system.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::hint;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

/// A mutex whose waiting threads keep running.
pub struct SpinLock<T> {
    locked: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: TODO. Threads use the value one after the other. Which types allow that?
unsafe impl<T> Sync for SpinLock<T> {}

/// The access to the value. Dropping it unlocks, also when a panic drops it.
// TODO: as it is, two threads may share a guard of a value that is not `Sync`.
#[must_use]
pub struct SpinGuard<'a, T> {
    lock: &'a SpinLock<T>,
}

impl<T> SpinLock<T> {
    pub fn new(value: T) -> Self {
        Self { locked: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    /// Spins until the lock is free, and locks it.
    pub fn lock(&self) -> SpinGuard<'_, T> {
        // TODO: two threads may both see `false` here.
        while self.locked.load(Ordering::Relaxed) {
            hint::spin_loop();
        }
        self.locked.store(true, Ordering::Relaxed);
        SpinGuard { lock: self }
    }

    /// The guard, if the lock is free. Does not wait.
    pub fn try_lock(&self) -> Option<SpinGuard<'_, T>> {
        // TODO: which orderings are needed, and where?
        let was_locked = self.locked.swap(true, Ordering::Relaxed);
        (!was_locked).then(|| SpinGuard { lock: self })
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

impl<T> Drop for SpinGuard<'_, T> {
    fn drop(&mut self) {
        self.lock.locked.store(false, Ordering::Relaxed);
    }
}
