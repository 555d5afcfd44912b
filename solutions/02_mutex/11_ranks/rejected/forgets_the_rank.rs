//! verdict: failing-test try_lock_is_allowed_in_any_order
//! Forgets all locks of the rank, of which `try_lock` may have taken two.
//!
//! A mutex with a rank: it refuses to be locked in the wrong order, before that becomes a deadlock.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

thread_local! {
    /// The rank and the name of each lock that this thread holds, in the order in which it locked them.
    static HELD: RefCell<Vec<(u32, &'static str)>> = const { RefCell::new(Vec::new()) };
}

/// A mutex with a place in the lock order. A panic does not poison it.
pub struct Ranked<T> {
    /// Threads lock in the order of the ranks, lower ones first.
    pub rank: u32,
    /// Appears in messages.
    pub name: &'static str,
    value: Mutex<T>,
}

impl<T> Ranked<T> {
    pub fn new(rank: u32, name: &'static str, value: T) -> Self {
        Self { rank, name, value: Mutex::new(value) }
    }

    /// Waits until the mutex is free, and locks it.
    ///
    /// # Panics
    ///
    /// If this thread holds a lock whose rank is not lower. Then this call neither waits nor locks, and the message names
    /// this lock and the one of the highest rank that the thread holds.
    #[track_caller]
    pub fn lock(&self) -> Guard<'_, T> {
        let highest = HELD.with_borrow(|held| held.iter().max().copied());
        if let Some((rank, name)) = highest
            && rank >= self.rank
        {
            panic!("`{}` (rank {}) is locked by a thread that holds `{name}` (rank {rank})", self.name, self.rank);
        }
        let value = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        self.held(value)
    }

    /// Locks the mutex if it is free. This never waits, so it is allowed in any order. The thread holds the lock like any
    /// other.
    pub fn try_lock(&self) -> Option<Guard<'_, T>> {
        let value = match self.value.try_lock() {
            Ok(value) => value,
            Err(TryLockError::Poisoned(poison)) => poison.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(self.held(value))
    }

    /// Notes that this thread holds the lock.
    fn held<'a>(&'a self, value: MutexGuard<'a, T>) -> Guard<'a, T> {
        HELD.with_borrow_mut(|held| held.push((self.rank, self.name)));
        Guard { mutex: self, value }
    }
}

/// Gives access to the value, and unlocks the mutex when it is dropped.
pub struct Guard<'a, T> {
    mutex: &'a Ranked<T>,
    value: MutexGuard<'a, T>,
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        HELD.with_borrow_mut(|held| held.retain(|(rank, _)| *rank != self.mutex.rank));
    }
}
