//! Permits of a real semaphore, recorded in the trace.
//!
//! tokio builds its mutex, reader-writer lock and once cell on the queue of its semaphore, and so do we: the queue and
//! its fairness are the real ones. A guard holds a number of permits instead of borrowing them, so an owned guard needs
//! only the `Arc` that it keeps.

use std::fmt::Debug;
use std::panic::Location;
use std::sync::Arc;

use interleave::engine::Access;
use interleave::model::acquire::{AfterRelease, Guarded, acquire_or, try_acquire};
use interleave::model::end::look;
use interleave::model::{Mode, Object};
use real::sync::{self, AcquireError, TryAcquireError};

/// A semaphore with its object in the trace.
#[derive(Debug)]
pub(super) struct Permits {
    pub(super) object: Object,
    pub(super) semaphore: sync::Semaphore,
}

impl Permits {
    /// # Panics
    ///
    /// If there are more permits than a semaphore can count.
    #[track_caller]
    pub(super) fn new(type_name: &'static str, permits: usize) -> Self {
        Permits { object: Object::new(type_name), semaphore: sync::Semaphore::new(permits) }
    }

    #[track_caller]
    pub(super) const fn const_new(type_name: &'static str, permits: usize) -> Self {
        Permits { object: Object::new(type_name), semaphore: sync::Semaphore::const_new(permits) }
    }

    /// Creates a replacement for this one, which had one permit, for a later schedule.
    pub(super) fn again(&self) -> Self {
        Permits { object: self.object.again(), semaphore: sync::Semaphore::const_new(1) }
    }

    /// An operation that only reads.
    #[track_caller]
    pub(super) fn look<V: Debug>(&self, f: impl FnOnce(&sync::Semaphore) -> V) -> V {
        look(&self.object, || f(&self.semaphore))
    }

    /// The semaphore, for an operation that changes it.
    pub(super) fn change(&self) -> &sync::Semaphore {
        self.object.point(Access::Write);
        &self.semaphore
    }
}

/// A reference to an object with permits, shared by all guards of that object.
pub(super) trait Gate {
    fn permits(&self) -> &Permits;
}

impl Gate for &Permits {
    fn permits(&self) -> &Permits {
        self
    }
}

impl<O: ?Sized + AsRef<Permits>> Gate for Arc<O> {
    fn permits(&self) -> &Permits {
        (**self).as_ref()
    }
}

/// Permits that are released when this is dropped.
#[derive(Debug)]
pub(super) struct Hold<G: Gate> {
    // Dropped in this order: others may run while the permits are still held, and again after they are released.
    guarded: Guarded,
    share: Share<G>,
}

#[derive(Debug)]
struct Share<G: Gate> {
    count: usize,
    _after: AfterRelease,
    /// Last: an owned guard keeps its object until others can see that it is released.
    gate: G,
}

impl<G: Gate> Drop for Share<G> {
    fn drop(&mut self) {
        if self.count > 0 {
            self.gate.permits().semaphore.add_permits(self.count);
        }
    }
}

impl<G: Gate> Hold<G> {
    /// Waits for `count` permits.
    pub(super) async fn take(
        gate: G,
        mode: Mode,
        count: u32,
        place: &'static Location<'static>,
    ) -> Result<Self, AcquireError> {
        let Permits { object, semaphore } = gate.permits();
        let (permit, guarded) = acquire_or(object, mode, place, semaphore.acquire_many(count)).await?;
        permit.forget();
        Ok(Hold::new(gate, guarded, count as usize))
    }

    /// Acquires `count` permits if that many are available.
    pub(super) fn try_take(
        gate: G,
        mode: Mode,
        count: u32,
        place: &'static Location<'static>,
    ) -> Result<Self, TryAcquireError> {
        let Permits { object, semaphore } = gate.permits();
        let (permit, guarded) = try_acquire(object, mode, place, || semaphore.try_acquire_many(count))?;
        permit.forget();
        Ok(Hold::new(gate, guarded, count as usize))
    }

    fn new(gate: G, guarded: Guarded, count: usize) -> Self {
        Hold { guarded, share: Share { count, _after: AfterRelease, gate } }
    }

    pub(super) fn gate(&self) -> &G {
        &self.share.gate
    }

    pub(super) fn count(&self) -> usize {
        self.share.count
    }

    /// Keeps only `count` of the permits, in one step, as `mode` requires.
    pub(super) fn shrink(&mut self, mode: Mode, count: usize, place: &'static Location<'static>) {
        self.guarded.change(mode, place);
        let surplus = std::mem::replace(&mut self.share.count, count) - count;
        self.gate().permits().semaphore.add_permits(surplus);
    }

    /// Drops this without releasing the permits.
    pub(super) fn forget(self) {
        let Hold { guarded, mut share } = self;
        share.count = 0;
        guarded.forget();
    }

    /// Takes over the permits of `other`, which has the same semaphore.
    pub(super) fn merge(&mut self, mut other: Self) {
        self.share.count += std::mem::take(&mut other.share.count);
    }

    /// Splits off `count` permits if it has that many.
    pub(super) fn split(&mut self, count: usize) -> Option<Self>
    where
        G: Clone,
    {
        self.share.count = self.count().checked_sub(count)?;
        Some(Hold::new(self.gate().clone(), self.guarded.share(), count))
    }
}
