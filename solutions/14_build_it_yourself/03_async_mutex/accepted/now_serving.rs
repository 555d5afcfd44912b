//! A mutex for tasks. It needs no runtime.

#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::collections::{HashMap, HashSet};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync;
use std::task::{Context, Poll, Waker};

/// A mutex whose `lock` is awaited.
pub struct Mutex<T> {
    state: sync::Mutex<State>,
    value: UnsafeCell<T>,
}

// SAFETY: a shared mutex gives out `&mut T`, to one guard at a time and on any thread, so `T` must be `Send`. It
// never gives out `&T` to two threads at once, unless a shared guard does, so `T` need not be `Sync`.
unsafe impl<T: Send> Sync for Mutex<T> {}

/// The access to the value. Dropping it unlocks.
#[must_use]
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    access: PhantomData<&'a mut T>,
}

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
        self.mutex.unlock();
    }
}

#[derive(Default)]
struct State {
    next: u64,
    serving: u64,
    wakers: HashMap<u64, Waker>,
    gone: HashSet<u64>,
}

impl State {
    fn serve_next(&mut self) -> Option<Waker> {
        self.serving += 1;
        while self.gone.remove(&self.serving) {
            self.serving += 1;
        }
        self.wakers.remove(&self.serving)
    }
}

/// Waits for the lock.
#[must_use]
/// Made by [`Mutex::lock`].
pub struct Lock<'a, T> {
    mutex: &'a Mutex<T>,
    ticket: Option<u64>,
}

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        Self { state: sync::Mutex::default(), value: UnsafeCell::new(value) }
    }

    /// Waits for the lock. The place in the queue is taken when the future is polled first.
    pub fn lock(&self) -> Lock<'_, T> {
        Lock { mutex: self, ticket: None }
    }

    /// The guard, if the lock is free and has not been handed to a waiting `Lock`.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let mut state = self.state.lock().unwrap();
        if state.next != state.serving {
            return None;
        }
        state.next += 1;
        Some(MutexGuard { mutex: self, access: PhantomData })
    }

    fn unlock(&self) {
        let waker = self.state.lock().unwrap().serve_next();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<'a, T> Future for Lock<'a, T> {
    type Output = MutexGuard<'a, T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<MutexGuard<'a, T>> {
        let this = self.get_mut();
        let mutex = this.mutex;
        let waker = context.waker().clone();
        let mut state = mutex.state.lock().unwrap();
        let ticket = *this.ticket.get_or_insert_with(|| {
            state.next += 1;
            state.next - 1
        });
        if ticket == state.serving {
            this.ticket = None;
            return Poll::Ready(MutexGuard { mutex, access: PhantomData });
        }
        let old = state.wakers.insert(ticket, waker);
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl<T> Drop for Lock<'_, T> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut state = self.mutex.state.lock().unwrap();
        let waker = if ticket == state.serving {
            state.serve_next()
        } else {
            state.gone.insert(ticket);
            let own = state.wakers.remove(&ticket);
            drop(state);
            drop(own);
            return;
        };
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
