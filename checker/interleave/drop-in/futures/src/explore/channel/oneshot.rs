//! `futures::channel::oneshot` with a scheduling point around each operation.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use interleave::engine::{Side, scheduler};
use interleave::looks;
use interleave::model::Object;
use interleave::model::acquire::{poll_listen, polled_at};
use interleave::model::coop::Cost;
use interleave::model::end::RealEnd;
use real::channel::oneshot;
#[doc(no_inline)]
pub use real::channel::oneshot::Canceled;
use real::future::FusedFuture;

use super::{End, Futures};

/// See [`oneshot::Sender`].
pub struct Sender<T> {
    end: End<oneshot::Sender<T>>,
    /// Whether the last call of `poll_canceled` returned `Pending`.
    asleep: bool,
}

/// See [`oneshot::Receiver`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Receiver<T> {
    end: End<oneshot::Receiver<T>>,
    asleep: bool,
}

/// See [`oneshot::Cancellation`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
#[derive(Debug)]
pub struct Cancellation<'a, T> {
    sender: &'a mut Sender<T>,
    place: &'static Location<'static>,
}

impl<T> RealEnd<Futures> for oneshot::Sender<T> {
    const SIDE: Side = Side::Sender;

    fn is_last(&self) -> bool {
        true
    }
}

impl<T> RealEnd<Futures> for oneshot::Receiver<T> {
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

    /// As [`Sender::cancellation`], for futures that are polled by hand.
    #[track_caller]
    pub fn poll_canceled(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.poll_canceled_at(Location::caller(), context)
    }

    fn poll_canceled_at(&mut self, place: &'static Location<'static>, context: &mut Context<'_>) -> Poll<()> {
        let (object, sender) = self.end.real_mut();
        poll_listen(object, place, &mut self.asleep, Cost::Nothing, context, |context| sender.poll_canceled(context))
    }

    /// Waits until the receiver is closed or gone.
    #[track_caller]
    pub fn cancellation(&mut self) -> Cancellation<'_, T> {
        Cancellation { sender: self, place: Location::caller() }
    }

    looks! { end:
        /// Whether the receiver is closed or gone.
        is_canceled -> bool;
    }

    /// Whether `receiver` is the other end. This never changes, so it is no scheduling point.
    pub fn is_connected_to(&self, receiver: &Receiver<T>) -> bool {
        self.end.real().is_connected_to(receiver.end.real())
    }
}

impl<T> Future for Cancellation<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let place = self.place;
        self.sender.poll_canceled_at(place, context)
    }
}

impl<T> Receiver<T> {
    /// From now on, nothing can be sent. A value that has been sent can still be received.
    #[track_caller]
    pub fn close(&mut self) {
        self.end.change_mut().close();
        self.end.object().signals(Location::caller());
    }

    /// The value. `None` if there is none yet; then other threads run first, so that a loop around this call lets them.
    ///
    /// # Errors
    ///
    /// If there will be none.
    #[track_caller]
    pub fn try_recv(&mut self) -> Result<Option<T>, Canceled> {
        let result = self.end.change_mut().try_recv();
        match &result {
            Ok(None) => scheduler::yield_now(),
            Ok(Some(_)) | Err(_) => self.end.object().hears(Location::caller()),
        }
        result
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, Canceled>;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let place = polled_at(this.end.place());
        let (object, receiver) = this.end.real_mut();
        poll_listen(object, place, &mut this.asleep, Cost::Nothing, context, |context| Pin::new(receiver).poll(context))
    }
}

impl<T> FusedFuture for Receiver<T> {
    #[track_caller]
    fn is_terminated(&self) -> bool {
        self.end.look(FusedFuture::is_terminated)
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.end.real().fmt(f)
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.end.real().fmt(f)
    }
}
