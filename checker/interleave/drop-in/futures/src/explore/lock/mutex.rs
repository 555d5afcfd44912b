//! `futures::lock::Mutex`, the futures that lock it, and its guards.

use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, UnwindSafe};
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use interleave::engine::Access;
use interleave::lock_from_value;
use interleave::model::{EachSchedule, Object};
use real::future::FusedFuture;

use super::held::{Core, Held, Taking};

/// See [`real::lock::Mutex`].
pub struct Mutex<T: ?Sized> {
    name: Object,
    /// Made when it is first needed, because `new` is const.
    core: EachSchedule<OnceLock<Arc<Core>>>,
    data: UnsafeCell<T>,
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

/// See [`real::lock::MutexGuard`].
#[clippy::has_significant_drop]
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, T: ?Sized> {
    held: Held,
    mutex: &'a Mutex<T>,
    /// A guard is `Send` where its value is.
    data: PhantomData<&'a mut T>,
}

/// See [`real::lock::OwnedMutexGuard`].
#[clippy::has_significant_drop]
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct OwnedMutexGuard<T: ?Sized> {
    /// Dropped before the mutex that it keeps locked.
    _held: Held,
    mutex: Arc<Mutex<T>>,
    data: PhantomData<T>,
}

/// See [`real::lock::MappedMutexGuard`].
#[clippy::has_significant_drop]
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MappedMutexGuard<'a, T: ?Sized, U: ?Sized> {
    held: Held,
    mutex: &'a Mutex<T>,
    value: NonNull<U>,
    data: PhantomData<&'a mut U>,
}

#[allow(unsafe_code)]
// SAFETY: a shared guard gives out `&T` only.
unsafe impl<T: ?Sized + Sync> Sync for MutexGuard<'_, T> {}
#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl<T: ?Sized + Sync> Sync for OwnedMutexGuard<T> {}
#[allow(unsafe_code)]
// SAFETY: `value` is a part of the data, and stands for a `&mut U`.
unsafe impl<T: ?Sized + Send, U: ?Sized + Send> Send for MappedMutexGuard<'_, T, U> {}
#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl<T: ?Sized + Sync, U: ?Sized + Sync> Sync for MappedMutexGuard<'_, T, U> {}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    fn new(held: Held, mutex: &'a Mutex<T>) -> Self {
        MutexGuard { held, mutex, data: PhantomData }
    }

    /// Converts `this` to a guard for a part of the value.
    pub fn map<U: ?Sized, F>(mut this: Self, f: F) -> MappedMutexGuard<'a, T, U>
    where
        F: FnOnce(&mut T) -> &mut U,
    {
        let value = NonNull::from(f(&mut this));
        MappedMutexGuard { held: this.held, mutex: this.mutex, value, data: PhantomData }
    }
}

impl<T: ?Sized> OwnedMutexGuard<T> {
    fn new(held: Held, mutex: Arc<Mutex<T>>) -> Self {
        OwnedMutexGuard { _held: held, mutex, data: PhantomData }
    }
}

impl<'a, T: ?Sized, U: ?Sized> MappedMutexGuard<'a, T, U> {
    /// Converts `this` to a guard for a part of its part.
    pub fn map<V: ?Sized, F>(mut this: Self, f: F) -> MappedMutexGuard<'a, T, V>
    where
        F: FnOnce(&mut U) -> &mut V,
    {
        let value = NonNull::from(f(&mut this));
        MappedMutexGuard { held: this.held, mutex: this.mutex, value, data: PhantomData }
    }
}

/// `guard!(["a generic guard"] MutexGuard<'_, T> => T, |guard| pointer)` implements access to the value at `pointer`.
macro_rules! guard {
    ([$($generics:tt)*] $name:ident<$($argument:tt),*> => $target:ident, |$guard:ident| $pointer:expr) => {
        impl<$($generics)*> Deref for $name<$($argument),*> {
            type Target = $target;

            fn deref(&self) -> &$target {
                let $guard = self;
                #[allow(unsafe_code)]
                // SAFETY: the mutex is locked by this guard, which lends what it is itself lent.
                unsafe {
                    &*$pointer
                }
            }
        }

        impl<$($generics)*> DerefMut for $name<$($argument),*> {
            fn deref_mut(&mut self) -> &mut $target {
                let $guard = self;
                #[allow(unsafe_code)]
                // SAFETY: as above.
                unsafe {
                    &mut *$pointer
                }
            }
        }

        impl<$($generics)*> fmt::Debug for $name<$($argument),*>
        where
            $target: fmt::Debug,
        {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("value", &&**self).field("mutex", &self.mutex).finish()
            }
        }
    };
}

guard!([T: ?Sized] MutexGuard<'_, T> => T, |guard| guard.mutex.data.get());
guard!([T: ?Sized] OwnedMutexGuard<T> => T, |guard| guard.mutex.data.get());
guard!([T: ?Sized, U: ?Sized] MappedMutexGuard<'_, T, U> => U, |guard| guard.value.as_ptr());
