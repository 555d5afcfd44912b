//! The ends of a channel: senders and receivers.

use std::fmt::Debug;
use std::panic::Location;
use std::sync::Arc;

use interleave::engine::{Access, Side, scheduler};
use interleave::model::Object;

use super::look;

/// An end of a real channel.
pub(super) trait RealEnd {
    const SIDE: Side;
    /// Whether the other side depends on this end. It does not on a weak one.
    const COUNTS: bool = true;

    /// Whether dropping this end affects others, because it is the last one of its side.
    fn is_last(&self) -> bool;
}

/// An end of a channel. Reading, changing, cloning and dropping it are scheduling points.
pub(super) struct End<R: RealEnd> {
    object: Arc<Object>,
    /// Where the program created this end, because a drop has no line of its own.
    place: &'static Location<'static>,
    /// `None` once it has been taken.
    real: Option<R>,
}

impl<R: RealEnd> End<R> {
    pub(super) fn new(object: Arc<Object>, place: &'static Location<'static>, real: R) -> Self {
        End { object, place, real: Some(real) }
    }

    pub(super) fn object(&self) -> &Object {
        &self.object
    }

    pub(super) fn place(&self) -> &'static Location<'static> {
        self.place
    }

    /// The real end, for operations that have their scheduling points elsewhere or read only what never changes.
    pub(super) fn real(&self) -> &R {
        self.real.as_ref().expect(TAKEN)
    }

    /// Like [`real`](Self::real), with exclusive access and the object on which steps are recorded.
    pub(super) fn real_mut(&mut self) -> (&Object, &mut R) {
        (&self.object, self.real.as_mut().expect(TAKEN))
    }

    /// An operation that only reads.
    #[track_caller]
    pub(super) fn look<V: Debug>(&self, f: impl FnOnce(&R) -> V) -> V {
        look(&self.object, || f(self.real()))
    }

    /// The real end, for an operation that changes the channel.
    pub(super) fn change(&self) -> &R {
        self.object.point(Access::Write);
        self.real()
    }

    /// Like [`change`](Self::change), with exclusive access.
    pub(super) fn change_mut(&mut self) -> &mut R {
        self.object.point(Access::Write);
        self.real_mut().1
    }

    /// Receives a value if there is one. If there is none, other threads run first, so that a loop around it lets them.
    #[track_caller]
    pub(super) fn try_receive<V, E>(&mut self, f: impl FnOnce(&mut R) -> Result<V, E>) -> Result<V, E> {
        let result = f(self.change_mut());
        match &result {
            Ok(_) => self.object.hears(Location::caller()),
            Err(_) => scheduler::yield_now(),
        }
        result
    }

    /// Creates another end of the same channel from this one.
    pub(super) fn fork<S: RealEnd>(&self, place: &'static Location<'static>, f: impl FnOnce(&R) -> S) -> End<S> {
        let real = f(self.change());
        End::new(Arc::clone(&self.object), place, real)
    }

    /// Like [`fork`](Self::fork), if `f` returns an end.
    pub(super) fn try_fork<S: RealEnd>(
        &self,
        place: &'static Location<'static>,
        f: impl FnOnce(&R) -> Option<S>,
    ) -> Option<End<S>> {
        let real = f(self.change())?;
        Some(End::new(Arc::clone(&self.object), place, real))
    }

    /// Takes the real end, as part of an operation that has had its scheduling point.
    pub(super) fn take(mut self) -> (Arc<Object>, R) {
        (Arc::clone(&self.object), self.real.take().expect(TAKEN))
    }
}

/// Methods that only ask the real end: each is a scheduling point, and a step with the answer.
macro_rules! looks {
    ($end:tt: $($(#[$attribute:meta])* $name:ident -> $type:ty;)*) => {
        $($(#[$attribute])*
        #[track_caller]
        pub fn $name(&self) -> $type {
            self.$end.look(|real| real.$name())
        })*
    };
}
pub(super) use looks;

const TAKEN: &str = "an end is taken out only when it is moved";

impl<R: RealEnd> Drop for End<R> {
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
