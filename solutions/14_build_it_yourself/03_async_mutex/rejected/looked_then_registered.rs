//! verdict: failing-test a_waker_that_is_replaced_misses_no_wake_up
//! Checks whether it is its turn, and registers the new waker in a second step: a wake-up in between goes to the old waker.
//!
//! A mutex for tasks. It needs no runtime.

#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::collections::VecDeque;
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

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Turn {
    #[default]
    Free,
    Taken,
    Given(u64),
}

#[derive(Default)]
struct State {
    turn: Turn,
    next: u64,
    waiting: VecDeque<(u64, Waker)>,
}

impl State {
    fn pass_on(&mut self) -> Option<Waker> {
        match self.waiting.pop_front() {
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
        if state.turn != Turn::Free {
            return None;
        }
        state.turn = Turn::Taken;
        Some(MutexGuard { mutex: self, access: PhantomData })
    }

    fn unlock(&self) {
        let waker = self.state.lock().unwrap().pass_on();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<'a, T> Future for Lock<'a, T> {
    type Output = MutexGuard<'a, T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<MutexGuard<'a, T>> {
        let mutex = self.mutex;
        let mut waker = context.waker().clone();
        if let Some(ticket) = self.ticket {
            let mut state = mutex.state.lock().unwrap();
            if state.turn == Turn::Given(ticket) {
                state.turn = Turn::Taken;
                drop(state);
                self.ticket = None;
                return Poll::Ready(MutexGuard { mutex, access: PhantomData });
            }
        }
        let mut state = mutex.state.lock().unwrap();
        match self.ticket {
            None if state.turn == Turn::Free => {
                state.turn = Turn::Taken;
                return Poll::Ready(MutexGuard { mutex, access: PhantomData });
            }
            None => {
                let ticket = state.next;
                state.next += 1;
                state.waiting.push_back((ticket, waker));
                drop(state);
                self.ticket = Some(ticket);
            }
            Some(ticket) => {
                if let Some(entry) = state.waiting.iter_mut().find(|entry| entry.0 == ticket) {
                    std::mem::swap(&mut entry.1, &mut waker);
                }
                drop(state);
            }
        }
        Poll::Pending
    }
}

impl<T> Drop for Lock<'_, T> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut state = self.mutex.state.lock().unwrap();
        let next = if state.turn == Turn::Given(ticket) { state.pass_on() } else { None };
        let at = state.waiting.iter().position(|entry| entry.0 == ticket);
        let own = at.and_then(|at| state.waiting.remove(at));
        drop(state);
        drop(own);
        if let Some(waker) = next {
            waker.wake();
        }
    }
}
