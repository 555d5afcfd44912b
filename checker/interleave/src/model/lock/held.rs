//! A guard of a lock's model.

use std::ops::Deref;

use super::*;

/// The right to be inside a [`Lock`]. Dropping it releases the lock.
#[must_use]
#[derive(Debug)]
pub struct Held<L: Deref<Target = Lock>> {
    lock: L,
    mode: Mode,
    place: &'static Location<'static>,
}

impl<L: Deref<Target = Lock>> Held<L> {
    pub(super) fn new(lock: L, mode: Mode, place: &'static Location<'static>) -> Self {
        Held { lock, mode, place }
    }

    /// Acquires the lock if it is free. Dropping the result releases it.
    pub fn try_new(lock: L, mode: Mode, place: &'static Location<'static>) -> Option<Self> {
        lock.try_take(mode, place).then(|| Held { lock, mode, place })
    }

    /// The lock, for a condition variable that releases it and acquires it again.
    pub fn lock(&self) -> &L {
        &self.lock
    }

    /// Downgrades this, in one step, to a weaker mode.
    pub fn downgrade(&mut self, to: Mode, place: &'static Location<'static>) {
        self.lock.downgrade(self.mode, to, place);
        (self.mode, self.place) = (to, place);
    }
}

impl<L: Deref<Target = Lock>> Drop for Held<L> {
    fn drop(&mut self) {
        self.lock.release(self.mode, self.place);
    }
}
