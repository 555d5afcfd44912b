//! A mutex for tasks. It needs no runtime.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync;
use std::task::{Context, Poll, Waker};

/// A mutex whose `lock` is awaited.
pub struct Mutex<T> {
    state: sync::Mutex<State>,
    value: UnsafeCell<T>,
}

#[derive(Default)]
struct State {
    locked: bool,
    waiting: VecDeque<Waker>,
}

// SAFETY: a shared mutex gives out `&mut T`, to one guard at a time and on any thread, so `T` must be `Send`. It
// never gives out `&T` to two threads at once, unless a shared guard does, so `T` need not be `Sync`.
unsafe impl<T: Send> Sync for Mutex<T> {}

/// Waits for the lock. Made by [`Mutex::lock`].
#[must_use]
pub struct Lock<'a, T> {
    mutex: &'a Mutex<T>,
}

/// The access to the value. Dropping it unlocks.
// TODO: as it is, two threads may share a guard of a value that is not `Sync`.
#[must_use]
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
}

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        Self { state: sync::Mutex::default(), value: UnsafeCell::new(value) }
    }

    /// Waits for the lock. The place in the queue is taken when the future is polled first.
    pub fn lock(&self) -> Lock<'_, T> {
        Lock { mutex: self }
    }

    /// The guard, if the lock is free and has not been handed to a waiting `Lock`.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let mut state = self.state.lock().unwrap();
        if state.locked {
            return None;
        }
        state.locked = true;
        Some(MutexGuard { mutex: self })
    }
}

impl<'a, T> Future for Lock<'a, T> {
    type Output = MutexGuard<'a, T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<MutexGuard<'a, T>> {
        let mut state = self.mutex.state.lock().unwrap();
        if state.locked {
            // TODO: this may be the tenth poll, by another task than before.
            state.waiting.push_back(context.waker().clone());
            return Poll::Pending;
        }
        // TODO: others may have waited for longer.
        state.locked = true;
        Poll::Ready(MutexGuard { mutex: self.mutex })
    }
}

// TODO: what must happen when a `Lock` is dropped that has waited, or that has just been woken?

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: there is one guard at a time, and it is borrowed, so nobody has a `&mut T` to the same value.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: there is one guard at a time, and it is borrowed mutably, so nobody else has a reference.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        let mut state = self.mutex.state.lock().unwrap();
        state.locked = false;
        if let Some(waker) = state.waiting.pop_front() {
            // TODO: a waker is foreign code, and may call this mutex.
            waker.wake();
        }
    }
}
