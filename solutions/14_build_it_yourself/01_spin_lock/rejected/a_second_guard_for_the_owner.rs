//! verdict: failing-test a_guard_that_was_sent_to_another_thread_still_locks
//! A thread that has locked gets a second guard. There are two `&mut T` at once, here or on the thread that the first
//! guard was sent to.
//!
//! A spin lock, for the mixer of a sound card: its callback must never be suspended by the system.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::hint;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// A mutex whose waiting threads keep running.
pub struct SpinLock<T> {
    locked: AtomicBool,
    owner: AtomicU64,
    value: UnsafeCell<T>,
}

// SAFETY: the lock gives the value to one thread at a time, which needs `Send`, and never to two at once.
unsafe impl<T: Send> Sync for SpinLock<T> {}

/// The access to the value. Dropping it unlocks, also when a panic drops it.
#[must_use]
pub struct SpinGuard<'a, T> {
    lock: &'a SpinLock<T>,
    exclusive: PhantomData<&'a mut T>,
}

impl<T> SpinLock<T> {
    pub fn new(value: T) -> Self {
        Self { locked: AtomicBool::new(false), owner: AtomicU64::new(0), value: UnsafeCell::new(value) }
    }

    /// Spins until the lock is free, and locks it.
    pub fn lock(&self) -> SpinGuard<'_, T> {
        let me = thread::current().id();
        let mut hasher = DefaultHasher::new();
        me.hash(&mut hasher);
        let me = hasher.finish();
        while self.locked.swap(true, Ordering::Acquire) {
            if self.owner.load(Ordering::Relaxed) == me {
                break;
            }
            hint::spin_loop();
        }
        self.owner.store(me, Ordering::Relaxed);
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
        self.lock.owner.store(0, Ordering::Relaxed);
        self.lock.locked.store(false, Ordering::Release);
    }
}
