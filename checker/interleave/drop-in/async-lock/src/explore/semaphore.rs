use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use interleave::explore::acquire::{Guarded, acquire, try_acquire};
use interleave::explore::{Mode, Object, point, task};

/// The real semaphore with a scheduling point around each operation.
#[derive(Debug)]
pub struct Semaphore {
    object: Arc<Object>,
    permits: Arc<real::Semaphore>,
}

/// See [`real::SemaphoreGuard`].
#[must_use = "if unused the permit is given back immediately"]
#[derive(Debug)]
pub struct SemaphoreGuard<'a> {
    permit: SemaphoreGuardArc,
    semaphore: PhantomData<&'a Semaphore>,
}

/// See [`real::SemaphoreGuardArc`].
#[must_use = "if unused the permit is given back immediately"]
#[derive(Debug)]
pub struct SemaphoreGuardArc {
    guarded: Guarded,
    permit: real::SemaphoreGuardArc,
}

impl Semaphore {
    #[track_caller]
    pub fn new(n: usize) -> Self {
        Semaphore { object: Arc::new(Object::new("Semaphore")), permits: Arc::new(real::Semaphore::new(n)) }
    }

    fn acquire_at(&self, place: &'static Location<'static>) -> impl Future<Output = SemaphoreGuardArc> + use<> {
        let (object, permits) = (Arc::clone(&self.object), Arc::clone(&self.permits));
        async move {
            let (permit, guarded) = acquire(&object, Mode::Permit, place, permits.acquire_arc()).await;
            SemaphoreGuardArc { guarded, permit }
        }
    }

    #[track_caller]
    pub fn acquire(&self) -> impl Future<Output = SemaphoreGuard<'_>> {
        let permit = self.acquire_at(Location::caller());
        async move { SemaphoreGuard { permit: permit.await, semaphore: PhantomData } }
    }

    #[track_caller]
    pub fn acquire_blocking(&self) -> SemaphoreGuard<'_> {
        task::block_on(self.acquire())
    }

    #[track_caller]
    pub fn try_acquire(&self) -> Option<SemaphoreGuard<'_>> {
        self.try_acquire_at(Location::caller()).map(|permit| SemaphoreGuard { permit, semaphore: PhantomData })
    }

    #[track_caller]
    pub fn acquire_arc(self: &Arc<Self>) -> impl Future<Output = SemaphoreGuardArc> + use<> {
        self.acquire_at(Location::caller())
    }

    #[track_caller]
    pub fn acquire_arc_blocking(self: &Arc<Self>) -> SemaphoreGuardArc {
        task::block_on(self.acquire_arc())
    }

    #[track_caller]
    pub fn try_acquire_arc(self: &Arc<Self>) -> Option<SemaphoreGuardArc> {
        self.try_acquire_at(Location::caller())
    }

    fn try_acquire_at(&self, place: &'static Location<'static>) -> Option<SemaphoreGuardArc> {
        let attempt = || self.permits.try_acquire_arc().ok_or(());
        let (permit, guarded) = try_acquire(&self.object, Mode::Permit, place, attempt).ok()?;
        Some(SemaphoreGuardArc { guarded, permit })
    }

    pub fn add_permits(&self, n: usize) {
        point();
        self.permits.add_permits(n);
    }

    pub fn available_permits(&self) -> usize {
        point();
        self.permits.available_permits()
    }
}

impl SemaphoreGuard<'_> {
    /// Ends without giving the permit back.
    pub fn forget(self) {
        self.permit.forget();
    }
}

impl SemaphoreGuardArc {
    /// Ends without giving the permit back.
    pub fn forget(self) {
        self.guarded.forget();
        self.permit.forget();
    }
}
