//! The futures of both ends.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use interleave::model::Listener;

use super::channel::Channel;
use super::{RecvError, SendError, TryRecvError, TrySendError};

/// A future that waits on an event of a channel.
struct Waiting<'a, T> {
    channel: &'a Channel<T>,
    listener: Listener,
    place: &'static Location<'static>,
}

impl<'a, T> Waiting<'a, T> {
    fn new(channel: &'a Channel<T>, place: &'static Location<'static>) -> Self {
        Waiting { channel, listener: Listener::new(), place }
    }
}

/// See `async_channel::Send`.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Send<'a, T> {
    waiting: Waiting<'a, T>,
    /// `None` once it has been sent.
    message: Option<T>,
}

/// See `async_channel::Recv`.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Recv<'a, T>(Waiting<'a, T>);

/// See `async_channel::Closed`.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Closed<'a, T>(Waiting<'a, T>);

// The message is never pinned.
impl<T> Unpin for Send<'_, T> {}

impl<'a, T> Send<'a, T> {
    pub(super) fn new(channel: &'a Channel<T>, message: T, place: &'static Location<'static>) -> Self {
        Send { waiting: Waiting::new(channel, place), message: Some(message) }
    }
}

impl<'a, T> Recv<'a, T> {
    pub(super) fn new(channel: &'a Channel<T>, place: &'static Location<'static>) -> Self {
        Recv(Waiting::new(channel, place))
    }
}

impl<'a, T> Closed<'a, T> {
    pub(super) fn new(channel: &'a Channel<T>, place: &'static Location<'static>) -> Self {
        Closed(Waiting::new(channel, place))
    }
}

impl<T> Future for Send<'_, T> {
    type Output = Result<(), SendError<T>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Send { waiting: Waiting { channel, listener, place }, message } = &mut *self;
        channel.poll(&channel.send_ops, listener, context, place, || {
            let unsent = message.take().expect("a future is not polled after it was ready");
            match channel.push(unsent, place) {
                Ok(()) => Some(Ok(())),
                Err(TrySendError::Closed(unsent)) => Some(Err(SendError(unsent))),
                Err(TrySendError::Full(unsent)) => {
                    *message = Some(unsent);
                    None
                }
            }
        })
    }
}

impl<T> Future for Recv<'_, T> {
    type Output = Result<T, RecvError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Waiting { channel, listener, place } = &mut self.0;
        channel.poll(&channel.recv_ops, listener, context, place, || match channel.pop(place) {
            Ok(message) => Some(Ok(message)),
            Err(TryRecvError::Closed) => Some(Err(RecvError)),
            Err(TryRecvError::Empty) => None,
        })
    }
}

impl<T> Future for Closed<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Waiting { channel, listener, place } = &mut self.0;
        channel.poll(&channel.closed_ops, listener, context, place, || channel.state().is_closed.then_some(()))
    }
}

impl<T> Drop for Send<'_, T> {
    fn drop(&mut self) {
        let Waiting { channel, listener, place } = &mut self.waiting;
        listener.cancel(&channel.send_ops, &channel.object, place);
    }
}

impl<T> Drop for Recv<'_, T> {
    fn drop(&mut self) {
        let Waiting { channel, listener, place } = &mut self.0;
        listener.cancel(&channel.recv_ops, &channel.object, place);
    }
}

impl<T> Drop for Closed<'_, T> {
    fn drop(&mut self) {
        let Waiting { channel, listener, place } = &mut self.0;
        listener.cancel(&channel.closed_ops, &channel.object, place);
    }
}

macro_rules! debug {
    ($($future:ident)*) => {
        $(impl<T> fmt::Debug for $future<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($future)).finish_non_exhaustive()
            }
        })*
    };
}

debug!(Send Recv Closed);
