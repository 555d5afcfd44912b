//! The way into a lock, and the right to be inside: what all futures and guards of the locks are made of.

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

    /// Who is inside.
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

/// A reference to a lock, counted or not.
pub trait Pointer: Deref<Target: Locked> + Unpin {}

impl<L: Locked + ?Sized> Pointer for &L {}
impl<L: Locked + ?Sized> Pointer for Arc<L> {}

type Data<P> = <<P as Deref>::Target as Locked>::Data;

/// A future that waits to enter a lock.
pub struct Entering<P: Pointer> {
    /// `None` when it has entered.
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

/// The right to read or write what a lock guards. Dropping it leaves the lock.
pub struct Inside<P: Pointer> {
    /// `None` when the right was turned into another one.
    lock: Option<P>,
    mode: Mode,
    place: &'static Location<'static>,
    /// A guard may be sent and shared as its data may.
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

    /// Turns this, in one step, into a right to less.
    pub fn downgrade(mut self, to: Mode, place: &'static Location<'static>) -> Self {
        self.lock().model().downgrade(self.mode, to, place);
        Inside { lock: self.lock.take(), mode: to, place, data: PhantomData }
    }

    /// Turns the upgradable right into that to write if there is no reader at the moment.
    pub fn try_upgrade(mut self, place: &'static Location<'static>) -> Result<Self, Self> {
        if self.lock().model().try_upgrade(place) {
            Ok(Inside { lock: self.lock.take(), mode: Mode::Write, place, data: PhantomData })
        } else {
            Err(self)
        }
    }

    /// Gives the upgradable right up for that to write, which is there when the readers have left. Both are gone if the
    /// future is dropped before.
    pub fn upgrade(mut self, place: &'static Location<'static>) -> Entering<P> {
        self.lock().model().point(interleave::engine::Access::Write);
        let taking = self.lock().model().begin_upgrade(place);
        Entering { lock: self.lock.take(), mode: Mode::Write, taking }
    }
}

impl<L: Locked + ?Sized> Inside<&Arc<L>> {
    /// The same right, with a count of its own.
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
        // SAFETY: the model lets nobody write beside `self`, whatever its mode; it counts the guards of all schedules and
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
        // SAFETY: in these modes the model lets nobody in beside `self`; otherwise as above.
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

/// A named future that enters through `pointer` and makes a guard with `guard`.
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
