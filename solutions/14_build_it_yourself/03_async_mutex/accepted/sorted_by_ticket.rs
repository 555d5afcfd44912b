//! A mutex for tasks. It needs no runtime.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync;
use std::task::{Context, Poll, Waker};

/// A mutex whose `lock` is awaited. Fair: unlocking hands it to the first that waits.
///
/// Wakers are foreign code: they are cloned, called and dropped while `state` is not locked.
pub struct Mutex<T> {
    state: sync::Mutex<State>,
    value: UnsafeCell<T>,
}

#[derive(Default)]
struct State {
    turn: Turn,
    next_ticket: u64,
    /// In the order of arrival. A waiter that was given the lock has left the queue.
    waiting: BTreeMap<u64, Waker>,
}

#[derive(Default, PartialEq, Eq)]
enum Turn {
    #[default]
    Free,
    /// There is a guard.
    Taken,
    /// It belongs to the `Lock` with this ticket, which has been woken and not been polled yet.
    Given(u64),
}

impl State {
    /// Gives the lock to the first that waits, and returns its waker: to be called when the state is unlocked.
    fn pass_on(&mut self) -> Option<Waker> {
        match self.waiting.pop_first() {
            Some((ticket, waker)) => {
                self.turn = Turn::Given(ticket);
                Some(waker)
            }
            None => {
                self.turn = Turn::Free;
                None
            }
        }
    }
}

// SAFETY: a shared mutex gives out `&mut T`, to one guard at a time and on any thread, so `T` must be `Send`. It
// never gives out `&T` to two threads at once, unless a shared guard does, so `T` need not be `Sync`.
unsafe impl<T: Send> Sync for Mutex<T> {}

/// Waits for the lock. Made by [`Mutex::lock`].
#[must_use]
pub struct Lock<'a, T> {
    mutex: &'a Mutex<T>,
    /// The place in the queue, from the first poll that was pending to the one that is ready.
    ticket: Option<u64>,
}

/// The access to the value. Dropping it unlocks.
#[must_use]
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    /// A shared guard gives out `&T`, so it is `Sync` only if `T` is: as a `&mut T` would be.
    _value: PhantomData<&'a mut T>,
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
        if state.turn != Turn::Free {
            return None;
        }
        state.turn = Turn::Taken;
        Some(self.guard())
    }

    /// To be called once for each `Turn::Taken`.
    fn guard(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, _value: PhantomData }
    }
}

impl<'a, T> Future for Lock<'a, T> {
    type Output = MutexGuard<'a, T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<MutexGuard<'a, T>> {
        let waker = context.waker().clone();
        let old;
        {
            let mut state = self.mutex.state.lock().unwrap();
            let mine = match self.ticket {
                None => state.turn == Turn::Free,
                Some(ticket) => state.turn == Turn::Given(ticket),
            };
            if mine {
                state.turn = Turn::Taken;
                drop(state);
                self.ticket = None;
                return Poll::Ready(self.mutex.guard());
            }
            old = match self.ticket {
                None => {
                    let ticket = state.next_ticket;
                    state.next_ticket += 1;
                    self.ticket = Some(ticket);
                    state.waiting.insert(ticket, waker)
                }
                Some(ticket) => state.waiting.insert(ticket, waker),
            };
        }
        drop(old);
        Poll::Pending
    }
}

impl<T> Drop for Lock<'_, T> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let (mut woken, mut gone) = (None, None);
        {
            let mut state = self.mutex.state.lock().unwrap();
            if state.turn == Turn::Given(ticket) {
                woken = state.pass_on();
            } else {
                gone = state.waiting.remove(&ticket);
            }
        }
        drop(gone);
        if let Some(waker) = woken {
            waker.wake();
        }
    }
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
        let woken = self.mutex.state.lock().unwrap().pass_on();
        if let Some(waker) = woken {
            waker.wake();
        }
    }
}
