//! Entering a lock and being inside: the common part of all futures and guards of the locks.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::Arc;
use std::task::{Context, Poll};

use interleave::engine::scheduler;
use interleave::model::{Lock, Mode, Taking};

/// A lock with its data.
pub trait Locked {
    type Data: ?Sized;

    /// The model that decides who may enter.
    fn model(&self) -> &Lock;

    /// The data that the model guards.
    fn data(&self) -> *mut Self::Data;
}

impl<L: Locked + ?Sized> Locked for Arc<L> {
    type Data = L::Data;

    fn model(&self) -> &Lock {
        (**self).model()
    }

    fn data(&self) -> *mut L::Data {
        (**self).data()
    }
}

/// A reference to a lock, borrowed or in an `Arc`.
pub trait Pointer: Deref<Target: Locked> + Unpin {}

impl<L: Locked + ?Sized> Pointer for &L {}
impl<L: Locked + ?Sized> Pointer for Arc<L> {}

type Data<P> = <<P as Deref>::Target as Locked>::Data;

/// A future that waits to enter a lock.
pub struct Entering<P: Pointer> {
    /// `None` once it has entered.
    lock: Option<P>,
    mode: Mode,
    taking: Taking,
}

impl<P: Pointer> Entering<P> {
    pub fn new(lock: P, mode: Mode, place: &'static Location<'static>) -> Self {
        Entering { lock: Some(lock), mode, taking: Taking::new(mode, place) }
    }

    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<Inside<P>> {
        let lock = self.lock.as_ref().expect("a future is not polled after it was ready");
        match self.taking.poll_at_point(lock.model(), context.waker()) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => Poll::Ready(Inside {
                lock: self.lock.take(),
                mode: self.mode,
                place: self.taking.place(),
                data: PhantomData,
            }),
        }
    }
}

impl<P: Pointer> Drop for Entering<P> {
    fn drop(&mut self) {
        if let Some(lock) = &self.lock {
            self.taking.cancel(lock.model());
        }
    }
}

/// The right to read or write the data of a lock. Dropping it releases the lock.
pub struct Inside<P: Pointer> {
    /// `None` once the right has been converted to another one.
    lock: Option<P>,
    mode: Mode,
    place: &'static Location<'static>,
    /// A guard is `Send` and `Sync` where its data is.
    data: PhantomData<Data<P>>,
}

impl<P: Pointer> Inside<P> {
    /// Enters if the lock is free.
    pub fn try_new(lock: P, mode: Mode, place: &'static Location<'static>) -> Option<Self> {
        lock.model().try_take(mode, place).then(|| Inside { lock: Some(lock), mode, place, data: PhantomData })
    }

    pub fn lock(&self) -> &P {
        self.lock.as_ref().expect("the right is held")
    }

    /// Downgrades this, in one step, to a weaker mode.
    pub fn downgrade(mut self, to: Mode, place: &'static Location<'static>) -> Self {
        self.lock().model().downgrade(self.mode, to, place);
        Inside { lock: self.lock.take(), mode: to, place, data: PhantomData }
    }

    /// Upgrades an upgradable read to a write if there is no reader now.
    pub fn try_upgrade(mut self, place: &'static Location<'static>) -> Result<Self, Self> {
        if self.lock().model().try_upgrade(place) {
            Ok(Inside { lock: self.lock.take(), mode: Mode::Write, place, data: PhantomData })
        } else {
            Err(self)
        }
    }

    /// Gives up an upgradable read for a write, which is acquired when the readers have left. If the future is dropped
    /// before that, both are lost.
    pub fn upgrade(mut self, place: &'static Location<'static>) -> Entering<P> {
        self.lock().model().point(interleave::engine::Access::Write);
        let taking = self.lock().model().begin_upgrade(place);
        Entering { lock: self.lock.take(), mode: Mode::Write, taking }
    }
}

impl<L: Locked + ?Sized> Inside<&Arc<L>> {
    /// Converts this to a guard that keeps the lock in an `Arc`.
    pub fn counted(mut self) -> Inside<Arc<L>> {
        let lock = self.lock.take().map(Arc::clone);
        Inside { lock, mode: self.mode, place: self.place, data: PhantomData }
    }
}

impl<P: Pointer> Drop for Inside<P> {
    fn drop(&mut self) {
        if let Some(lock) = &self.lock {
            lock.model().release(self.mode, self.place);
            scheduler::point();
        }
    }
}

impl<P: Pointer> Deref for Inside<P> {
    type Target = Data<P>;

    fn deref(&self) -> &Data<P> {
        #[allow(unsafe_code)]
        // SAFETY: whatever the mode of `self`, the model excludes writers; it counts the guards of all schedules and
        // threads. The lock lives as long as `self`.
        unsafe {
            &*self.lock().data()
        }
    }
}

impl<P: Pointer> DerefMut for Inside<P> {
    fn deref_mut(&mut self) -> &mut Data<P> {
        assert!(matches!(self.mode, Mode::Lock | Mode::Write), "who writes has the right to");
        #[allow(unsafe_code)]
        // SAFETY: in these modes the model excludes all other guards; otherwise as above.
        unsafe {
            &mut *self.lock().data()
        }
    }
}

/// The placeholder in a lock's `Debug` output while the lock is held.
pub struct Closed;

impl fmt::Debug for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<locked>")
    }
}

/// Defines a named future that enters through `pointer` and creates a guard with `guard`.
///
/// `entry!(Lock['a, T: ?Sized]['a, T](&'a Mutex<T>) => MutexGuard<'a, T>, |data| MutexGuard { data });`
macro_rules! entry {
    ($future:ident[$($generics:tt)*][$($arguments:tt)*]($pointer:ty) => $guard:ty, $make:expr) => {
        #[doc = concat!("See `async_lock::futures::", stringify!($future), "`.")]
        #[must_use = "futures do nothing unless you `.await` or poll them"]
        pub struct $future<$($generics)*>(pub(super) $crate::explore::inside::Entering<$pointer>);

        impl<$($generics)*> ::std::future::Future for $future<$($arguments)*> {
            type Output = $guard;

            fn poll(
                mut self: ::std::pin::Pin<&mut Self>,
                context: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<$guard> {
                self.0.poll(context).map($make)
            }
        }

        impl<$($generics)*> ::std::fmt::Debug for $future<$($arguments)*> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(concat!(stringify!($future), " { .. }"))
            }
        }
    };
}
pub(super) use entry;
