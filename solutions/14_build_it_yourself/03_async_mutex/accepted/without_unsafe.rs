//! A mutex for tasks. It needs no runtime, and no `unsafe`: the value moves into the guard and back.

use std::collections::VecDeque;
use std::mem;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync;
use std::task::{Context, Poll, Waker};

/// A mutex whose `lock` is awaited.
pub struct Mutex<T> {
    state: sync::Mutex<State<T>>,
}

struct State<T> {
    /// `None` while there is a guard.
    value: Option<T>,
    /// To whom the value belongs, if it has been handed over and not been fetched yet.
    given: Option<u64>,
    next_ticket: u64,
    waiting: VecDeque<(u64, Waker)>,
}

impl<T> State<T> {
    fn pass_on(&mut self) -> Option<Waker> {
        let (ticket, waker) = self.waiting.pop_front().unzip();
        self.given = ticket;
        waker
    }
}

/// Waits for the lock. Made by [`Mutex::lock`].
#[must_use]
pub struct Lock<'a, T> {
    mutex: &'a Mutex<T>,
    ticket: Option<u64>,
}

/// The value. Dropping it unlocks.
#[must_use]
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    /// `Some` until it is dropped.
    value: Option<T>,
}

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        let state = State { value: Some(value), given: None, next_ticket: 0, waiting: VecDeque::new() };
        Self { state: sync::Mutex::new(state) }
    }

    pub fn lock(&self) -> Lock<'_, T> {
        Lock { mutex: self, ticket: None }
    }

    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let mut state = self.state.lock().unwrap();
        if state.given.is_some() {
            return None;
        }
        let value = Some(state.value.take()?);
        Some(MutexGuard { mutex: self, value })
    }
}

impl<'a, T> Future for Lock<'a, T> {
    type Output = MutexGuard<'a, T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<MutexGuard<'a, T>> {
        let waker = context.waker().clone();
        let mut state = self.mutex.state.lock().unwrap();
        if state.given == self.ticket && state.value.is_some() {
            let value = state.value.take();
            state.given = None;
            drop(state);
            self.ticket = None;
            return Poll::Ready(MutexGuard { mutex: self.mutex, value });
        }
        let mut old = None;
        if let Some(ticket) = self.ticket {
            if let Some((_, kept)) = state.waiting.iter_mut().find(|(other, _)| *other == ticket) {
                old = Some(mem::replace(kept, waker));
            }
        } else {
            let ticket = state.next_ticket;
            state.next_ticket += 1;
            state.waiting.push_back((ticket, waker));
            self.ticket = Some(ticket);
        }
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl<T> Drop for Lock<'_, T> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut state = self.mutex.state.lock().unwrap();
        let (mut woken, mut gone) = (None, None);
        if state.given == Some(ticket) {
            woken = state.pass_on();
        } else if let Some(place) = state.waiting.iter().position(|(other, _)| *other == ticket) {
            gone = state.waiting.remove(place);
        }
        drop(state);
        drop(gone);
        if let Some(waker) = woken {
            waker.wake();
        }
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("it is taken out in `drop` only")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("it is taken out in `drop` only")
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        let mut state = self.mutex.state.lock().unwrap();
        state.value = self.value.take();
        let woken = state.pass_on();
        drop(state);
        if let Some(waker) = woken {
            waker.wake();
        }
    }
}
