//! `tokio::sync::oneshot` with a scheduling point around each operation.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use interleave::engine::{Side, threads};
use interleave::looks;
use interleave::model::Object;
use interleave::model::acquire::{poll_listen, polled_at};
use interleave::model::coop::Cost;
use interleave::model::end::RealEnd;
use real::sync::oneshot;
#[doc(no_inline)]
pub use real::sync::oneshot::error;

use super::{End, Tokio};
use crate::explore::runtime::context::assert_may_block;
use error::{RecvError, TryRecvError};

/// See [`oneshot::Sender`].
pub struct Sender<T> {
    end: End<oneshot::Sender<T>>,
    /// Whether the last call of `poll_closed` returned `Pending`.
    asleep: bool,
}

/// See [`oneshot::Receiver`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Receiver<T> {
    end: End<oneshot::Receiver<T>>,
    asleep: bool,
}

impl<T> RealEnd<Tokio> for oneshot::Sender<T> {
    const SIDE: Side = Side::Sender;

    fn is_last(&self) -> bool {
        true
    }
}

impl<T> RealEnd<Tokio> for oneshot::Receiver<T> {
    const SIDE: Side = Side::Receiver;

    fn is_last(&self) -> bool {
        !self.is_terminated()
    }
}

/// A channel for one value. In a trace, both ends are one object.
#[track_caller]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let object = Arc::new(Object::channel());
    let place = Location::caller();
    let (sender, receiver) = oneshot::channel();
    (
        Sender { end: End::new(Arc::clone(&object), place, sender), asleep: false },
        Receiver { end: End::new(object, place, receiver), asleep: false },
    )
}

impl<T> Sender<T> {
    /// # Errors
    ///
    /// `value`, if the receiver is gone.
    #[track_caller]
    pub fn send(self, value: T) -> Result<(), T> {
        self.end.change();
        let (object, sender) = self.end.take();
        let result = sender.send(value);
        if result.is_ok() {
            object.signals(Location::caller());
        }
        result
    }

    /// Waits until the receiver is closed or gone.
    #[track_caller]
    pub fn closed(&mut self) -> impl Future<Output = ()> {
        let place = Location::caller();
        async move { std::future::poll_fn(|context| self.poll_closed_at(place, context)).await }
    }

    looks! { end:
        /// Whether the receiver is closed or gone.
        is_closed -> bool;
    }

    /// As [`Sender::closed`], for futures that are polled by hand.
    #[track_caller]
    pub fn poll_closed(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.poll_closed_at(Location::caller(), context)
    }

    fn poll_closed_at(&mut self, place: &'static Location<'static>, context: &mut Context<'_>) -> Poll<()> {
        let (object, sender) = self.end.real_mut();
        poll_listen(object, place, &mut self.asleep, Cost::One, context, |context| sender.poll_closed(context))
    }
}

impl<T> Receiver<T> {
    /// From now on, nothing can be sent. A value that has been sent can still be received.
    #[track_caller]
    pub fn close(&mut self) {
        self.end.change_mut().close();
        self.end.object().signals(Location::caller());
    }

    looks! { end:
        /// Whether the value has been received, or the error that there will be none.
        is_terminated -> bool;
        /// Whether no value waits to be received.
        is_empty -> bool;
    }

    /// # Errors
    ///
    /// If there is no value yet, or there will be none.
    #[track_caller]
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        self.end.try_receive(|real| real.try_recv())
    }

    /// # Errors
    ///
    /// If the sender is gone.
    #[track_caller]
    pub fn blocking_recv(self) -> Result<T, RecvError> {
        assert_may_block();
        threads::block_on(self)
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, RecvError>;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let place = polled_at(this.end.place());
        let (object, receiver) = this.end.real_mut();
        poll_listen(object, place, &mut this.asleep, Cost::One, context, |context| Pin::new(receiver).poll(context))
    }
}

impl<T: fmt::Debug> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.end.real().fmt(f)
    }
}

impl<T: fmt::Debug> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.end.real().fmt(f)
    }
}
