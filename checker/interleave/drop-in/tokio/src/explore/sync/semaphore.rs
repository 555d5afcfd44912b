use std::panic::Location;
use std::sync::Arc;

use interleave::explore::acquire::{Guarded, acquire, try_acquire};
use interleave::explore::{Mode, Object, point};
use real::sync::{self, AcquireError, TryAcquireError};

/// The real semaphore with a scheduling point around each operation.
#[derive(Debug)]
pub struct Semaphore {
    object: Arc<Object>,
    permits: Arc<sync::Semaphore>,
}

/// See [`sync::SemaphorePermit`].
#[must_use]
#[derive(Debug)]
pub struct SemaphorePermit<'a> {
    guarded: Guarded,
    permit: sync::SemaphorePermit<'a>,
}

/// See [`sync::OwnedSemaphorePermit`].
#[must_use]
#[derive(Debug)]
pub struct OwnedSemaphorePermit {
    guarded: Guarded,
    permit: sync::OwnedSemaphorePermit,
}

impl Semaphore {
    pub const MAX_PERMITS: usize = sync::Semaphore::MAX_PERMITS;

    #[track_caller]
    pub fn new(permits: usize) -> Self {
        Semaphore { object: Arc::new(Object::new("Semaphore")), permits: Arc::new(sync::Semaphore::new(permits)) }
    }

    #[track_caller]
    pub fn acquire(&self) -> impl Future<Output = Result<SemaphorePermit<'_>, AcquireError>> {
        self.acquire_many(1)
    }

    #[track_caller]
    pub fn acquire_many(&self, n: u32) -> impl Future<Output = Result<SemaphorePermit<'_>, AcquireError>> {
        let place = Location::caller();
        async move {
            let (permit, guarded) = acquire(&self.object, Mode::Permit, place, self.permits.acquire_many(n)).await;
            Ok(SemaphorePermit { permit: permit?, guarded })
        }
    }

    #[track_caller]
    pub fn acquire_owned(self: Arc<Self>) -> impl Future<Output = Result<OwnedSemaphorePermit, AcquireError>> {
        self.acquire_many_owned(1)
    }

    #[track_caller]
    pub fn acquire_many_owned(
        self: Arc<Self>,
        n: u32,
    ) -> impl Future<Output = Result<OwnedSemaphorePermit, AcquireError>> {
        let place = Location::caller();
        async move {
            let waiting = Arc::clone(&self.permits).acquire_many_owned(n);
            let (permit, guarded) = acquire(&self.object, Mode::Permit, place, waiting).await;
            Ok(OwnedSemaphorePermit { permit: permit?, guarded })
        }
    }

    #[track_caller]
    pub fn try_acquire(&self) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    #[track_caller]
    pub fn try_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        let attempt = || self.permits.try_acquire_many(n);
        let (permit, guarded) = try_acquire(&self.object, Mode::Permit, Location::caller(), attempt)?;
        Ok(SemaphorePermit { guarded, permit })
    }

    #[track_caller]
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        let attempt = || Arc::clone(&self.permits).try_acquire_owned();
        let (permit, guarded) = try_acquire(&self.object, Mode::Permit, Location::caller(), attempt)?;
        Ok(OwnedSemaphorePermit { guarded, permit })
    }

    #[track_caller]
    pub fn add_permits(&self, n: usize) {
        point();
        self.permits.add_permits(n);
        self.object.signals(Location::caller());
    }

    pub fn forget_permits(&self, n: usize) -> usize {
        point();
        self.permits.forget_permits(n)
    }

    pub fn available_permits(&self) -> usize {
        point();
        self.permits.available_permits()
    }

    pub fn close(&self) {
        point();
        self.permits.close();
    }

    pub fn is_closed(&self) -> bool {
        self.permits.is_closed()
    }
}

impl SemaphorePermit<'_> {
    /// Ends without giving the permit back.
    pub fn forget(self) {
        self.guarded.forget();
        self.permit.forget();
    }

    pub fn num_permits(&self) -> usize {
        self.permit.num_permits()
    }
}

impl OwnedSemaphorePermit {
    /// Ends without giving the permit back.
    pub fn forget(self) {
        self.guarded.forget();
        self.permit.forget();
    }

    pub fn num_permits(&self) -> usize {
        self.permit.num_permits()
    }
}
