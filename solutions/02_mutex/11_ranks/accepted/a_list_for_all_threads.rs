//! A mutex with a rank: it refuses to be locked in the wrong order, before that becomes a deadlock.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::{self, ThreadId};

/// All locks that are held, and by which thread. Slower than a list for each thread, and a lock that all threads share.
static HELD: Mutex<Vec<(ThreadId, u32, &'static str)>> = Mutex::new(Vec::new());

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
        let own = thread::current().id();
        let highest = {
            let held = HELD.lock().unwrap();
            held.iter().filter(|(thread, ..)| *thread == own).map(|(_, rank, name)| (*rank, *name)).max()
        };
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

    fn held<'a>(&'a self, value: MutexGuard<'a, T>) -> Guard<'a, T> {
        HELD.lock().unwrap().push((thread::current().id(), self.rank, self.name));
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
        let lock = (thread::current().id(), self.mutex.rank, self.mutex.name);
        let mut held = HELD.lock().unwrap();
        let index = held.iter().position(|other| *other == lock).expect("the lock was held");
        held.swap_remove(index);
    }
}
