//! The receivers of `futures::channel::mpsc`.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use interleave::model::acquire::{poll_listen, polled_at};
use interleave::model::coop::Cost;
use real::channel::mpsc;
use real::future::FusedFuture;
use real::stream::{FusedStream, Stream};

use super::{End, RecvError, TryRecvError};

/// See [`mpsc::Recv`].
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Recv<'a, St: ?Sized> {
    stream: &'a mut St,
}

impl<St: ?Sized + Unpin> Unpin for Recv<'_, St> {}

impl<St: ?Sized + FusedStream + Unpin> FusedFuture for Recv<'_, St> {
    fn is_terminated(&self) -> bool {
        self.stream.is_terminated()
    }
}

impl<St: ?Sized + Stream + Unpin> Future for Recv<'_, St> {
    type Output = Result<St::Item, RecvError>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut *self.stream).poll_next(context).map(|value| value.ok_or(RecvError))
    }
}

/// Both receivers have the same methods.
macro_rules! receiver {
    ($(#[$doc:meta])* $receiver:ident) => {
        $(#[$doc])*
        pub struct $receiver<T> {
            end: End<mpsc::$receiver<T>>,
            /// Whether the last poll returned `Pending`.
            asleep: bool,
        }

        impl<T> $receiver<T> {
            pub(super) fn new(end: End<mpsc::$receiver<T>>) -> Self {
                $receiver { end, asleep: false }
            }

            pub(super) fn real(&self) -> &mpsc::$receiver<T> {
                self.end.real()
            }

            /// Waits for a value.
            pub fn recv(&mut self) -> Recv<'_, Self> {
                Recv { stream: self }
            }

            /// From now on, nothing can be sent. What has been sent can still be received.
            #[track_caller]
            pub fn close(&mut self) {
                self.end.change_mut().close();
                self.end.object().signals(Location::caller());
            }

            /// The next value, or `None` once the channel is closed and empty.
            ///
            /// # Errors
            ///
            /// If there is no value yet.
            #[deprecated(note = "please use `try_recv` instead")]
            #[track_caller]
            pub fn try_next(&mut self) -> Result<Option<T>, TryRecvError> {
                #[allow(deprecated)]
                self.end.try_receive(|real| real.try_next())
            }

            /// # Errors
            ///
            /// If there is no value yet, or there will be none.
            #[track_caller]
            pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
                self.end.try_receive(|real| real.try_recv())
            }
        }

        impl<T> Stream for $receiver<T> {
            type Item = T;

            #[track_caller]
            fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
                let this = self.get_mut();
                let place = polled_at(this.end.place());
                let (object, receiver) = this.end.real_mut();
                let poll = |context: &mut Context<'_>| Pin::new(receiver).poll_next(context);
                poll_listen(object, place, &mut this.asleep, Cost::Nothing, context, poll)
            }

            #[track_caller]
            fn size_hint(&self) -> (usize, Option<usize>) {
                self.end.look(Stream::size_hint)
            }
        }

        impl<T> FusedStream for $receiver<T> {
            /// Only this end's polls change this, so it is no scheduling point.
            fn is_terminated(&self) -> bool {
                self.end.real().is_terminated()
            }
        }

        impl<T> fmt::Debug for $receiver<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.end.real().fmt(f)
            }
        }
    };
}

receiver! {
    /// See [`mpsc::Receiver`].
    Receiver
}
receiver! {
    /// See [`mpsc::UnboundedReceiver`].
    UnboundedReceiver
}
