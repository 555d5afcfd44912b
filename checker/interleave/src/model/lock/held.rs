//! The right to be inside, as a value.

use std::ops::Deref;

use super::*;

/// The right to be inside a [`Lock`]. Dropping it leaves.
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

    /// Takes the lock if it is free; dropping the result gives it back.
    pub fn try_new(lock: L, mode: Mode, place: &'static Location<'static>) -> Option<Self> {
        lock.try_take(mode, place).then(|| Held { lock, mode, place })
    }

    /// The lock, for a condition variable that gives it back and takes it again.
    pub fn lock(&self) -> &L {
        &self.lock
    }

    /// Turns this, in one step, into a right to less.
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
