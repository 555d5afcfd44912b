//! `futures::lock::Mutex` and the futures that lock it.

use std::cell::UnsafeCell;
use std::fmt;
use std::panic::{Location, UnwindSafe};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use interleave::engine::Access;
use interleave::lock_from_value;
use interleave::model::{EachSchedule, Object};
use real::future::FusedFuture;

use super::guards::{MutexGuard, OwnedMutexGuard};
use super::held::{Core, Taking};

/// See [`real::lock::Mutex`].
pub struct Mutex<T: ?Sized> {
    name: Object,
    /// Made when it is first needed, because `new` is const.
    core: EachSchedule<OnceLock<Arc<Core>>>,
    pub(super) data: UnsafeCell<T>,
}

#[allow(unsafe_code)]
// SAFETY: the real mutex lets one guard at a time access the data, which moves from thread to thread this way.
unsafe impl<T: Send + ?Sized> Sync for Mutex<T> {}

/// As the real one: a panic leaves the queue in order.
impl<T: UnwindSafe + ?Sized> UnwindSafe for Mutex<T> {}

impl<T> Mutex<T> {
    /// An unlocked mutex. Traces name it after the variable or field on the line of this call.
    #[track_caller]
    pub const fn new(t: T) -> Self {
        Mutex {
            name: Object::new("Mutex"),
            core: EachSchedule::new(OnceLock::new(), |_| OnceLock::new()),
            data: UnsafeCell::new(t),
        }
    }

    /// Takes the value out. No lock is needed, so this is no scheduling point.
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    fn core(&self) -> &Arc<Core> {
        self.core.get().get_or_init(|| Arc::new(Core::new(self.name.again())))
    }

    /// Locks the mutex if it is free. If it is not, other threads run first, so that a loop around this call lets them.
    #[track_caller]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        Some(MutexGuard::new(self.core().try_take(Location::caller())?, self))
    }

    /// As [`Mutex::try_lock`], with a guard that owns the mutex and so has no lifetime.
    #[track_caller]
    pub fn try_lock_owned(self: &Arc<Self>) -> Option<OwnedMutexGuard<T>> {
        Some(OwnedMutexGuard::new(self.core().try_take(Location::caller())?, Arc::clone(self)))
    }

    /// A future that locks the mutex. When the mutex becomes free, it is woken, but anybody may lock it first.
    #[track_caller]
    pub fn lock(&self) -> MutexLockFuture<'_, T> {
        MutexLockFuture { mutex: self, taking: Some(self.core().take(Location::caller())) }
    }

    /// As [`Mutex::lock`], with a guard that owns the mutex and so has no lifetime.
    #[track_caller]
    pub fn lock_owned(self: Arc<Self>) -> OwnedMutexLockFuture<T> {
        let taking = self.core().take(Location::caller());
        OwnedMutexLockFuture { mutex: Some(self), taking }
    }

    /// The value, for the only owner of the mutex. No lock is needed, so this is no scheduling point.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }
}

lock_from_value!(Mutex);

impl<T: ?Sized> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let core = self.core();
        core.object.point(Access::Read);
        core.queue.fmt(f)
    }
}

/// See [`real::lock::MutexLockFuture`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct MutexLockFuture<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    /// `None` once the mutex is locked.
    taking: Option<Taking>,
}

#[allow(unsafe_code)]
// SAFETY: a shared future can only be printed, and that does not look at the value.
unsafe impl<T: ?Sized> Sync for MutexLockFuture<'_, T> {}

impl<'a, T: ?Sized> Future for MutexLockFuture<'a, T> {
    type Output = MutexGuard<'a, T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let taking = self.taking.as_mut().expect("polled MutexLockFuture after completion");
        let held = ready!(taking.as_mut().poll(context));
        self.taking = None;
        Poll::Ready(MutexGuard::new(held, self.mutex))
    }
}

impl<T: ?Sized> FusedFuture for MutexLockFuture<'_, T> {
    fn is_terminated(&self) -> bool {
        self.taking.is_none()
    }
}

impl<T: ?Sized> fmt::Debug for MutexLockFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutexLockFuture")
            .field("was_acquired", &self.taking.is_none())
            .field("mutex", &self.mutex)
            .finish()
    }
}

/// See [`real::lock::OwnedMutexLockFuture`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct OwnedMutexLockFuture<T: ?Sized> {
    taking: Taking,
    /// `None` once the mutex is locked.
    mutex: Option<Arc<Mutex<T>>>,
}

#[allow(unsafe_code)]
// SAFETY: as for `MutexLockFuture`.
unsafe impl<T: ?Sized> Sync for OwnedMutexLockFuture<T> {}

impl<T: ?Sized> Future for OwnedMutexLockFuture<T> {
    type Output = OwnedMutexGuard<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(self.mutex.is_some(), "polled OwnedMutexLockFuture after completion");
        let held = ready!(self.taking.as_mut().poll(context));
        let mutex = self.mutex.take().expect("it was there above");
        Poll::Ready(OwnedMutexGuard::new(held, mutex))
    }
}

impl<T: ?Sized> FusedFuture for OwnedMutexLockFuture<T> {
    fn is_terminated(&self) -> bool {
        self.mutex.is_none()
    }
}

impl<T: ?Sized> fmt::Debug for OwnedMutexLockFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedMutexLockFuture")
            .field("was_acquired", &self.mutex.is_none())
            .field("mutex", &self.mutex)
            .finish()
    }
}
