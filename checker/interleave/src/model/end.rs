//! The ends of a channel: senders and receivers.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use crate::engine::{Access, Side, scheduler};

use super::Object;

/// An end of a real channel. `D` is a type of the drop-in: without it, the drop-in could not implement this for a type of
/// the real package.
pub trait RealEnd<D> {
    /// The side that it is on.
    const SIDE: Side;
    /// Whether the other side depends on this end. It does not on a weak one.
    const COUNTS: bool = true;

    /// Whether dropping this end affects others, because it is the last one of its side.
    fn is_last(&self) -> bool;
}

/// An end of a channel. Reading, changing, cloning and dropping it are scheduling points.
pub struct End<R: RealEnd<D>, D> {
    object: Arc<Object>,
    /// Where the program created this end, because a drop has no line of its own.
    place: &'static Location<'static>,
    /// `None` once it has been taken.
    real: Option<R>,
    drop_in: PhantomData<D>,
}

impl<R: RealEnd<D>, D> End<R, D> {
    /// The end `real` of the channel `object`, created at `place`.
    pub fn new(object: Arc<Object>, place: &'static Location<'static>, real: R) -> Self {
        End { object, place, real: Some(real), drop_in: PhantomData }
    }

    /// The channel.
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// Where the program created this end.
    pub fn place(&self) -> &'static Location<'static> {
        self.place
    }

    /// The real end, for operations that have their scheduling points elsewhere or read only what never changes.
    pub fn real(&self) -> &R {
        self.real.as_ref().expect(TAKEN)
    }

    /// Like [`real`](Self::real), with exclusive access and the object on which steps are recorded.
    pub fn real_mut(&mut self) -> (&Object, &mut R) {
        (&self.object, self.real.as_mut().expect(TAKEN))
    }

    /// An operation that only reads.
    #[track_caller]
    pub fn look<V: Debug>(&self, f: impl FnOnce(&R) -> V) -> V {
        look(&self.object, || f(self.real()))
    }

    /// The real end, for an operation that changes the channel.
    pub fn change(&self) -> &R {
        self.object.point(Access::Write);
        self.real()
    }

    /// Like [`change`](Self::change), with exclusive access.
    pub fn change_mut(&mut self) -> &mut R {
        self.object.point(Access::Write);
        self.real_mut().1
    }

    /// Receives a value if there is one. If there is none, other threads run first, so that a loop around it lets them.
    #[track_caller]
    pub fn try_receive<V, E>(&mut self, f: impl FnOnce(&mut R) -> Result<V, E>) -> Result<V, E> {
        let result = f(self.change_mut());
        match &result {
            Ok(_) => self.object.hears(Location::caller()),
            Err(_) => scheduler::yield_now(),
        }
        result
    }

    /// Creates another end of the same channel from this one.
    pub fn fork<S: RealEnd<D>>(&self, place: &'static Location<'static>, f: impl FnOnce(&R) -> S) -> End<S, D> {
        let real = f(self.change());
        End::new(Arc::clone(&self.object), place, real)
    }

    /// Like [`fork`](Self::fork), if `f` returns an end.
    pub fn try_fork<S: RealEnd<D>>(
        &self,
        place: &'static Location<'static>,
        f: impl FnOnce(&R) -> Option<S>,
    ) -> Option<End<S, D>> {
        let real = f(self.change())?;
        Some(End::new(Arc::clone(&self.object), place, real))
    }

    /// Takes the real end, as part of an operation that has had its scheduling point.
    pub fn take(mut self) -> (Arc<Object>, R) {
        (Arc::clone(&self.object), self.real.take().expect(TAKEN))
    }
}

/// Methods that only ask the real end: each is a scheduling point, and a step with the answer.
#[doc(hidden)]
#[macro_export]
macro_rules! looks {
    ($end:tt: $($(#[$attribute:meta])* $name:ident -> $type:ty;)*) => {
        $($(#[$attribute])*
        #[track_caller]
        pub fn $name(&self) -> $type {
            self.$end.look(|real| real.$name())
        })*
    };
}

/// An operation that only reads `object`: a scheduling point, and a step with the value read.
#[track_caller]
pub fn look<V: Debug>(object: &Object, f: impl FnOnce() -> V) -> V {
    object.point(Access::Read);
    let seen = f();
    object.loads(&seen, Location::caller());
    seen
}

const TAKEN: &str = "an end is taken out only when it is moved";

impl<R: RealEnd<D>, D> Drop for End<R, D> {
    fn drop(&mut self) {
        if self.real.is_none() {
            return;
        }
        let is_last = self.change().is_last();
        if R::COUNTS {
            self.object.drops_end(R::SIDE);
        }
        if is_last {
            self.object.signals(self.place);
        }
        drop(self.real.take());
        scheduler::point();
    }
}
