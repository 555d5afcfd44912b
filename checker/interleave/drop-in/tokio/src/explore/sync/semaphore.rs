//! `tokio::sync::Semaphore`.

use std::panic::Location;
use std::sync::Arc;

use interleave::engine::threads;
use interleave::model::Mode;
use real::sync::{self, AcquireError, TryAcquireError};

use super::hold::{Gate, Hold, Permits};
use crate::explore::runtime::context::assert_may_block;

/// See [`sync::Semaphore`].
#[derive(Debug)]
pub struct Semaphore {
    permits: Permits,
}

/// See [`sync::SemaphorePermit`].
#[clippy::has_significant_drop]
#[must_use]
#[derive(Debug)]
pub struct SemaphorePermit<'a> {
    hold: Hold<&'a Semaphore>,
}

/// See [`sync::OwnedSemaphorePermit`].
#[clippy::has_significant_drop]
#[must_use]
#[derive(Debug)]
pub struct OwnedSemaphorePermit {
    hold: Hold<Arc<Semaphore>>,
}

impl Gate for &Semaphore {
    fn permits(&self) -> &Permits {
        &self.permits
    }
}

impl AsRef<Permits> for Semaphore {
    fn as_ref(&self) -> &Permits {
        &self.permits
    }
}

impl Semaphore {
    /// How many permits a semaphore can have at most: as many as a real one.
    pub const MAX_PERMITS: usize = sync::Semaphore::MAX_PERMITS;

    /// # Panics
    ///
    /// If `permits` exceeds [`Semaphore::MAX_PERMITS`].
    #[track_caller]
    pub fn new(permits: usize) -> Self {
        Semaphore { permits: Permits::new("Semaphore", permits) }
    }

    /// # Panics
    ///
    /// If `permits` exceeds [`Semaphore::MAX_PERMITS`].
    #[track_caller]
    pub const fn const_new(permits: usize) -> Self {
        Semaphore { permits: Permits::const_new("Semaphore", permits) }
    }

    /// How many permits are free. The answer may be outdated by the next scheduling point.
    #[track_caller]
    pub fn available_permits(&self) -> usize {
        self.permits.look(|real| real.available_permits())
    }

    /// # Panics
    ///
    /// If the sum exceeds [`Semaphore::MAX_PERMITS`].
    #[track_caller]
    pub fn add_permits(&self, n: usize) {
        self.permits.change().add_permits(n);
        self.permits.object.signals(Location::caller());
    }

    /// Removes up to `n` of the free permits. Returns how many.
    pub fn forget_permits(&self, n: usize) -> usize {
        self.permits.change().forget_permits(n)
    }

    /// From now on, no permit can be acquired, and all waiters fail. Permits that are held stay valid.
    #[track_caller]
    pub fn close(&self) {
        self.permits.change().close();
        self.permits.object.signals(Location::caller());
    }

    /// Whether [`Semaphore::close`] has been called.
    #[track_caller]
    pub fn is_closed(&self) -> bool {
        self.permits.look(|real| real.is_closed())
    }

    /// Joins the queue of waiters when it is polled, and takes a permit once it is first. Fails if the semaphore is
    /// closed.
    #[track_caller]
    pub fn acquire(&self) -> impl Future<Output = Result<SemaphorePermit<'_>, AcquireError>> {
        self.acquire_many(1)
    }

    /// As [`Semaphore::acquire`], for `n` permits at once. Those behind it in the queue wait even if there were enough
    /// for them.
    #[track_caller]
    pub fn acquire_many(&self, n: u32) -> impl Future<Output = Result<SemaphorePermit<'_>, AcquireError>> {
        let place = Location::caller();
        async move { Ok(SemaphorePermit { hold: Hold::take(self, Mode::Permit, n, place).await? }) }
    }

    /// Takes a permit if one is free. If none is, other threads run first, so that a loop around this call lets them.
    #[track_caller]
    pub fn try_acquire(&self) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    /// As [`Semaphore::try_acquire`], for `n` permits at once.
    #[track_caller]
    pub fn try_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        Ok(SemaphorePermit { hold: Hold::try_take(self, Mode::Permit, n, Location::caller())? })
    }

    /// As [`Semaphore::acquire`], but blocks the calling thread.
    #[track_caller]
    pub fn blocking_acquire(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        self.blocking_acquire_many(1)
    }

    /// As [`Semaphore::acquire_many`], but blocks the calling thread.
    #[track_caller]
    pub fn blocking_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, AcquireError> {
        assert_may_block();
        threads::block_on(self.acquire_many(n))
    }

    /// As [`Semaphore::acquire`], with a permit that owns the semaphore and so has no lifetime.
    #[track_caller]
    pub fn acquire_owned(self: Arc<Self>) -> impl Future<Output = Result<OwnedSemaphorePermit, AcquireError>> {
        self.acquire_many_owned(1)
    }

    /// As [`Semaphore::acquire_many`], with a permit that owns the semaphore.
    #[track_caller]
    pub fn acquire_many_owned(
        self: Arc<Self>,
        n: u32,
    ) -> impl Future<Output = Result<OwnedSemaphorePermit, AcquireError>> {
        let place = Location::caller();
        async move { Ok(OwnedSemaphorePermit { hold: Hold::take(self, Mode::Permit, n, place).await? }) }
    }

    /// As [`Semaphore::try_acquire`], with a permit that owns the semaphore.
    #[track_caller]
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_acquire_many_owned(1)
    }

    /// As [`Semaphore::try_acquire_many`], with a permit that owns the semaphore.
    #[track_caller]
    pub fn try_acquire_many_owned(self: Arc<Self>, n: u32) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        Ok(OwnedSemaphorePermit { hold: Hold::try_take(self, Mode::Permit, n, Location::caller())? })
    }

    /// As [`Semaphore::blocking_acquire`], with a permit that owns the semaphore.
    #[track_caller]
    pub fn blocking_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.blocking_acquire_many_owned(1)
    }

    /// As [`Semaphore::blocking_acquire_many`], with a permit that owns the semaphore.
    #[track_caller]
    pub fn blocking_acquire_many_owned(self: Arc<Self>, n: u32) -> Result<OwnedSemaphorePermit, AcquireError> {
        assert_may_block();
        threads::block_on(self.acquire_many_owned(n))
    }
}

/// The methods of both permits.
macro_rules! permit {
    ([$($lifetime:lifetime)?] $permit:ty, $semaphore:ty, $is_same:expr) => {
        impl $(<$lifetime>)? $permit {
            /// Drops this without releasing the permits.
            pub fn forget(self) {
                self.hold.forget();
            }

            /// # Panics
            ///
            /// If `other` comes from another semaphore.
            #[track_caller]
            pub fn merge(&mut self, other: Self) {
                let is_same: fn(&$semaphore, &$semaphore) -> bool = $is_same;
                assert!(
                    is_same(self.semaphore(), other.semaphore()),
                    "merging permits from different semaphore instances"
                );
                self.hold.merge(other.hold);
            }

            /// Takes `n` of these permits out into a guard of their own; `None` if there are fewer.
            pub fn split(&mut self, n: usize) -> Option<Self> {
                Some(Self { hold: self.hold.split(n)? })
            }

            /// The semaphore that these permits belong to.
            pub fn semaphore(&self) -> &$semaphore {
                self.hold.gate()
            }

            /// How many permits this guard holds.
            pub fn num_permits(&self) -> usize {
                self.hold.count()
            }
        }
    };
}

permit!(['a] SemaphorePermit<'a>, Semaphore, |a, b| std::ptr::eq(a, b));
permit!([] OwnedSemaphorePermit, Arc<Semaphore>, Arc::ptr_eq);
