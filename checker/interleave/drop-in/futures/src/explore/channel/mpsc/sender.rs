//! The senders of `futures::channel::mpsc`.

use std::fmt;
use std::hash::Hasher;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use interleave::engine::{Access, scheduler};
use interleave::looks;
use interleave::model::acquire::poll_listen;
use interleave::model::coop::Cost;
use real::channel::mpsc;
use real::sink::Sink;

use super::{End, Receiver, SendError, TrySendError, UnboundedReceiver};

/// See [`mpsc::Sender`].
pub struct Sender<T> {
    end: End<mpsc::Sender<T>>,
    /// Whether the last call of `poll_ready` returned `Pending`.
    asleep: bool,
}

/// See [`mpsc::UnboundedSender`].
pub struct UnboundedSender<T>(pub(super) End<mpsc::UnboundedSender<T>>);

impl<T> Sender<T> {
    pub(super) fn new(end: End<mpsc::Sender<T>>) -> Self {
        Sender { end, asleep: false }
    }

    /// Sends `value` without waiting. If there is no room, other threads run first, so that a loop around this call
    /// lets them.
    ///
    /// # Errors
    ///
    /// `value`, if there is no room or no receiver.
    #[track_caller]
    pub fn try_send(&mut self, value: T) -> Result<(), TrySendError<T>> {
        let result = self.end.change_mut().try_send(value);
        match &result {
            Ok(()) => self.end.object().signals(Location::caller()),
            Err(_) => scheduler::yield_now(),
        }
        result
    }

    /// Sends `value` after `poll_ready` has returned `Ready`.
    ///
    /// # Errors
    ///
    /// If there is no room or no receiver.
    #[track_caller]
    pub fn start_send(&mut self, value: T) -> Result<(), SendError> {
        self.end.change_mut().start_send(value)?;
        self.end.object().signals(Location::caller());
        Ok(())
    }

    /// Waits for room.
    #[track_caller]
    pub fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        let place = Location::caller();
        self.poll_at(place, context, |sender, context| sender.poll_ready(context))
    }

    fn poll_at<V>(
        &mut self,
        place: &'static Location<'static>,
        context: &mut Context<'_>,
        poll: impl FnOnce(&mut mpsc::Sender<T>, &mut Context<'_>) -> Poll<V>,
    ) -> Poll<V> {
        let (object, sender) = self.end.real_mut();
        poll_listen(object, place, &mut self.asleep, Cost::Nothing, context, |context| poll(sender, context))
    }

    looks! { end:
        /// Whether nothing can be sent any more.
        is_closed -> bool;
    }

    /// From now on, nobody can send anything.
    #[track_caller]
    pub fn close_channel(&mut self) {
        self.end.change_mut().close_channel();
        self.end.object().signals(Location::caller());
    }

    /// From now on, this end sends nothing. The channel closes with its last sender.
    #[track_caller]
    pub fn disconnect(&mut self) {
        self.end.change_mut().disconnect();
        self.end.object().signals(Location::caller());
    }

    /// Whether both send to the same receiver. This never changes, so it is no scheduling point.
    pub fn same_receiver(&self, other: &Self) -> bool {
        self.end.real().same_receiver(other.end.real())
    }

    /// Whether this sends to `receiver`. This never changes, so it is no scheduling point.
    pub fn is_connected_to(&self, receiver: &Receiver<T>) -> bool {
        self.end.real().is_connected_to(receiver.real())
    }

    /// Hashes the identity of the receiver.
    pub fn hash_receiver<H: Hasher>(&self, hasher: &mut H) {
        self.end.real().hash_receiver(hasher);
    }
}

impl<T> Clone for Sender<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        Sender::new(self.end.fork(Location::caller(), Clone::clone))
    }
}

impl<T> Sink<T> for Sender<T> {
    type Error = SendError;

    #[track_caller]
    fn poll_ready(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        Sender::poll_ready(&mut self, context)
    }

    #[track_caller]
    fn start_send(mut self: Pin<&mut Self>, value: T) -> Result<(), SendError> {
        Sender::start_send(&mut self, value)
    }

    #[track_caller]
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        let place = Location::caller();
        self.poll_at(place, context, |sender, context| Pin::new(sender).poll_flush(context))
    }

    #[track_caller]
    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        self.disconnect();
        Poll::Ready(Ok(()))
    }
}

impl<T> UnboundedSender<T> {
    /// There is always room.
    #[track_caller]
    pub fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        self.0.object().point(Access::Read);
        self.0.real().poll_ready(context)
    }

    /// Sends `value` after `poll_ready` has returned `Ready`.
    ///
    /// # Errors
    ///
    /// If there is no receiver.
    #[track_caller]
    pub fn start_send(&mut self, value: T) -> Result<(), SendError> {
        self.unbounded_send(value).map_err(TrySendError::into_send_error)
    }

    /// Sends `value`.
    ///
    /// # Errors
    ///
    /// `value`, if there is no receiver.
    #[track_caller]
    pub fn unbounded_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.0.change().unbounded_send(value)?;
        self.0.object().signals(Location::caller());
        Ok(())
    }

    looks! { 0:
        /// Whether nothing can be sent any more.
        is_closed -> bool;
        /// How many values wait.
        len -> usize;
        /// Whether no value waits.
        is_empty -> bool;
    }

    /// From now on, nobody can send anything.
    #[track_caller]
    pub fn close_channel(&self) {
        self.0.change().close_channel();
        self.0.object().signals(Location::caller());
    }

    /// From now on, this end sends nothing. The channel closes with its last sender.
    #[track_caller]
    pub fn disconnect(&mut self) {
        self.0.change_mut().disconnect();
        self.0.object().signals(Location::caller());
    }

    /// Whether both send to the same receiver. This never changes, so it is no scheduling point.
    pub fn same_receiver(&self, other: &Self) -> bool {
        self.0.real().same_receiver(other.0.real())
    }

    /// Whether this sends to `receiver`. This never changes, so it is no scheduling point.
    pub fn is_connected_to(&self, receiver: &UnboundedReceiver<T>) -> bool {
        self.0.real().is_connected_to(receiver.real())
    }

    /// Hashes the identity of the receiver.
    pub fn hash_receiver<H: Hasher>(&self, hasher: &mut H) {
        self.0.real().hash_receiver(hasher);
    }
}

impl<T> Clone for UnboundedSender<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        UnboundedSender(self.0.fork(Location::caller(), Clone::clone))
    }
}

/// An unbounded sender is a sink, and so is a reference to it.
macro_rules! sink {
    ($sender:ty, $close:ident) => {
        impl<T> Sink<T> for $sender {
            type Error = SendError;

            #[track_caller]
            fn poll_ready(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), SendError>> {
                UnboundedSender::poll_ready(&self, context)
            }

            #[track_caller]
            fn start_send(self: Pin<&mut Self>, value: T) -> Result<(), SendError> {
                self.unbounded_send(value).map_err(TrySendError::into_send_error)
            }

            fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), SendError>> {
                Poll::Ready(Ok(()))
            }

            #[track_caller]
            #[allow(unused_mut, reason = "only one of the two needs it")]
            fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), SendError>> {
                self.$close();
                Poll::Ready(Ok(()))
            }
        }
    };
}

sink!(UnboundedSender<T>, disconnect);
sink!(&UnboundedSender<T>, close_channel);

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.end.real().fmt(f)
    }
}

impl<T> fmt::Debug for UnboundedSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.real().fmt(f)
    }
}
