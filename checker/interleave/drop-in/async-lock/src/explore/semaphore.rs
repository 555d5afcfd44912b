//! `async_lock::Semaphore`.

use std::fmt;
use std::ops::Deref;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use interleave::engine::threads::block_on;
use interleave::engine::{Access, scheduler};
use interleave::model::acquire::Guarded;
use interleave::model::{Event, Listener, Mode, Object, PerSchedule};

/// A semaphore controlled by the scheduler. As in the real one, waiting tasks are woken in the order of their arrival,
/// and a free permit goes to the first task that asks for it.
pub struct Semaphore {
    object: Object,
    permits: PerSchedule<usize>,
    event: Event,
}

impl Semaphore {
    /// A semaphore with `n` permits.
    #[track_caller]
    pub const fn new(n: usize) -> Semaphore {
        Semaphore { object: Object::new("Semaphore"), permits: PerSchedule::new(n), event: Event::new() }
    }

    /// Takes a permit if there is one.
    fn take(&self) -> bool {
        self.permits.with(|permits| {
            let left = permits.checked_sub(1);
            *permits = left.unwrap_or(0);
            left.is_some()
        })
    }

    fn give_back(&self, n: usize) {
        self.permits.with(|permits| *permits = permits.wrapping_add(n));
        self.event.notify(n);
    }

    /// Takes a permit if one is free. If none is, other threads run first, so that a loop around this call lets them.
    #[track_caller]
    pub fn try_acquire(&self) -> Option<SemaphoreGuard<'_>> {
        Some(SemaphoreGuard { permit: Permit::try_new(self, Location::caller())? })
    }

    /// A future that takes a permit. It joins the queue of waiters when it is polled and no permit is free.
    #[track_caller]
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire(Acquiring::new(self, Location::caller()))
    }

    /// Blocks the calling thread until it has a permit.
    #[track_caller]
    pub fn acquire_blocking(&self) -> SemaphoreGuard<'_> {
        block_on(self.acquire())
    }

    /// As [`Semaphore::try_acquire`], with a guard that owns the semaphore and so has no lifetime.
    #[track_caller]
    pub fn try_acquire_arc(self: &Arc<Self>) -> Option<SemaphoreGuardArc> {
        Some(SemaphoreGuardArc { permit: Permit::try_new(Arc::clone(self), Location::caller())? })
    }

    /// As [`Semaphore::acquire`], with a guard that owns the semaphore.
    #[track_caller]
    pub fn acquire_arc(self: &Arc<Self>) -> AcquireArc {
        AcquireArc(Acquiring::new(Arc::clone(self), Location::caller()))
    }

    /// As [`Semaphore::acquire_blocking`], with a guard that owns the semaphore.
    #[track_caller]
    pub fn acquire_arc_blocking(self: &Arc<Self>) -> SemaphoreGuardArc {
        block_on(self.acquire_arc())
    }

    /// Adds `n` permits, and wakes as many waiters.
    #[track_caller]
    pub fn add_permits(&self, n: usize) {
        self.object.point(Access::Write);
        self.give_back(n);
        self.object.signals(Location::caller());
    }

    /// How many permits are free. The answer may be outdated by the next scheduling point.
    pub fn available_permits(&self) -> usize {
        self.object.point(Access::Read);
        self.permits.with(|permits| *permits)
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore").field("count", &self.available_permits()).finish_non_exhaustive()
    }
}

/// A permit of the semaphore that `P` refers to. Dropping it releases the permit.
struct Permit<P: Deref<Target = Semaphore>> {
    guarded: Option<Guarded>,
    semaphore: P,
}

impl<P: Deref<Target = Semaphore>> Permit<P> {
    fn new(semaphore: P, place: &'static Location<'static>) -> Self {
        Permit { guarded: Some(Guarded::new(&semaphore.object, Mode::Permit, place)), semaphore }
    }

    fn try_new(semaphore: P, place: &'static Location<'static>) -> Option<Self> {
        semaphore.object.point(Access::Write);
        if semaphore.take() {
            return Some(Permit::new(semaphore, place));
        }
        semaphore.object.refused(Mode::Permit, place);
        scheduler::yield_now();
        None
    }

    fn forget(mut self) {
        self.guarded.take().into_iter().for_each(Guarded::forget);
    }
}

impl<P: Deref<Target = Semaphore>> Drop for Permit<P> {
    fn drop(&mut self) {
        let Some(guarded) = self.guarded.take() else { return };
        drop(guarded);
        self.semaphore.give_back(1);
        scheduler::point();
    }
}

/// A future that waits for a permit.
struct Acquiring<P: Deref<Target = Semaphore>> {
    /// `None` once it has acquired a permit.
    semaphore: Option<P>,
    listener: Listener,
    place: &'static Location<'static>,
}

impl<P: Deref<Target = Semaphore>> Acquiring<P> {
    fn new(semaphore: P, place: &'static Location<'static>) -> Self {
        Acquiring { semaphore: Some(semaphore), listener: Listener::new(), place }
    }

    fn poll(&mut self, context: &Context<'_>) -> Poll<Permit<P>> {
        let semaphore = self.semaphore.as_ref().expect("a future is not polled after it was ready");
        semaphore.object.point(Access::Write);
        while !semaphore.take() {
            if !self.listener.is_listening() {
                self.listener.listen(&semaphore.event);
            }
            let asleep = || semaphore.object.waits(Mode::Permit, self.place);
            if self.listener.poll(&semaphore.event, context.waker(), asleep).is_pending() {
                return Poll::Pending;
            }
        }
        self.listener.finish(&semaphore.event);
        let semaphore = self.semaphore.take().expect("it was just there");
        Poll::Ready(Permit::new(semaphore, self.place))
    }
}

impl<P: Deref<Target = Semaphore>> Drop for Acquiring<P> {
    fn drop(&mut self) {
        if let Some(semaphore) = &self.semaphore {
            self.listener.cancel(&semaphore.event, &semaphore.object, self.place);
        }
    }
}

macro_rules! semaphore {
    ($guard:ident, $future:ident [$($lifetime:tt)*] $pointer:ty) => {
        #[doc = concat!("See `async_lock::", stringify!($guard), "`.")]
        #[must_use = "if unused the permit is given back immediately"]
        #[clippy::has_significant_drop]
        pub struct $guard $($lifetime)* {
            permit: Permit<$pointer>,
        }

        impl $($lifetime)* $guard $($lifetime)* {
            /// Drops this without releasing the permit.
            pub fn forget(self) {
                self.permit.forget();
            }
        }

        impl $($lifetime)* fmt::Debug for $guard $($lifetime)* {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($guard)).field(&*self.permit.semaphore).finish()
            }
        }

        #[doc = concat!("See `async_lock::futures::", stringify!($future), "`.")]
        #[must_use = "futures do nothing unless you `.await` or poll them"]
        pub struct $future $($lifetime)* (Acquiring<$pointer>);

        impl $($lifetime)* Future for $future $($lifetime)* {
            type Output = $guard $($lifetime)*;

            fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
                self.0.poll(context).map(|permit| $guard { permit })
            }
        }

        impl $($lifetime)* fmt::Debug for $future $($lifetime)* {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($future), " { .. }"))
            }
        }
    };
}

semaphore!(SemaphoreGuard, Acquire [<'a>] &'a Semaphore);
semaphore!(SemaphoreGuardArc, AcquireArc [] Arc<Semaphore>);
