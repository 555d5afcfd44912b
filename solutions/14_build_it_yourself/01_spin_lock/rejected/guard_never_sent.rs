//! verdict: compile-error
//! A guard cannot be sent to another thread, although any thread may unlock a flag.
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

// SAFETY: the lock gives the value to one thread at a time, which needs `Send`, and never to two at once.
unsafe impl<T: Send> Sync for SpinLock<T> {}

/// The access to the value. Dropping it unlocks, also when a panic drops it.
#[must_use]
pub struct SpinGuard<'a, T> {
    lock: &'a SpinLock<T>,
    exclusive: PhantomData<*mut T>,
}

// SAFETY: a shared guard gives out `&T`, which several threads may have if `T` is `Sync`.
unsafe impl<T: Sync> Sync for SpinGuard<'_, T> {}

impl<T> SpinLock<T> {
    pub fn new(value: T) -> Self {
        Self { locked: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    /// Spins until the lock is free, and locks it.
    pub fn lock(&self) -> SpinGuard<'_, T> {
        while self.locked.swap(true, Ordering::Acquire) {
            hint::spin_loop();
        }
        SpinGuard { lock: self, exclusive: PhantomData }
    }

    /// The guard, if the lock is free. Does not wait.
    pub fn try_lock(&self) -> Option<SpinGuard<'_, T>> {
        let was_locked = self.locked.swap(true, Ordering::Acquire);
        (!was_locked).then(|| SpinGuard { lock: self, exclusive: PhantomData })
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
        self.lock.locked.store(false, Ordering::Release);
    }
}
