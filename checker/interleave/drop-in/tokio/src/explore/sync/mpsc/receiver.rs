//! `tokio::sync::mpsc::Receiver` and `UnboundedReceiver`.

use std::fmt;
use std::panic::Location;
use std::task::{Context, Poll};

use interleave::engine::threads;
use interleave::model::acquire::{listen, poll_listen};
use interleave::model::coop::Cost;
use real::sync::mpsc;

use super::error::TryRecvError;
use super::{End, looks};
use crate::explore::runtime::context::assert_may_block;

/// See [`mpsc::Receiver`].
pub struct Receiver<T> {
    end: End<mpsc::Receiver<T>>,
    /// Whether the last call of a `poll_` method returned `Pending`.
    asleep: bool,
}

/// See [`mpsc::UnboundedReceiver`].
pub struct UnboundedReceiver<T> {
    end: End<mpsc::UnboundedReceiver<T>>,
    asleep: bool,
}

impl<T> Receiver<T> {
    looks! { end:
        /// For how many more values there is room, reserved room excluded.
        capacity -> usize;
    }

    /// For how many values the channel was created. This never changes, so it is no scheduling point.
    pub fn max_capacity(&self) -> usize {
        self.end.real().max_capacity()
    }
}

/// The methods of both receivers.
macro_rules! receiver {
    ($receiver:ident) => {
        impl<T> $receiver<T> {
            pub(super) fn new(end: End<mpsc::$receiver<T>>) -> Self {
                $receiver { end, asleep: false }
            }

            /// Waits for a value. `None` once the channel is closed and empty.
            #[track_caller]
            pub fn recv(&mut self) -> impl Future<Output = Option<T>> {
                let place = Location::caller();
                async move {
                    let (object, receiver) = self.end.real_mut();
                    listen(object, place, receiver.recv()).await
                }
            }

            /// Waits for a value, and appends up to `limit` of those that are there by then to `buffer`. Returns how
            /// many; 0 once the channel is closed and empty.
            #[track_caller]
            pub fn recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> impl Future<Output = usize> {
                let place = Location::caller();
                async move {
                    let (object, receiver) = self.end.real_mut();
                    listen(object, place, receiver.recv_many(buffer, limit)).await
                }
            }

            /// As `recv`, for futures that are polled by hand. Wakes the last waker it was called with.
            #[track_caller]
            pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
                let (object, receiver) = self.end.real_mut();
                let poll = |context: &mut Context<'_>| receiver.poll_recv(context);
                poll_listen(object, Location::caller(), &mut self.asleep, Cost::One, context, poll)
            }

            /// As `recv_many`, for futures that are polled by hand.
            #[track_caller]
            pub fn poll_recv_many(
                &mut self,
                context: &mut Context<'_>,
                buffer: &mut Vec<T>,
                limit: usize,
            ) -> Poll<usize> {
                let (object, receiver) = self.end.real_mut();
                let poll = |context: &mut Context<'_>| receiver.poll_recv_many(context, buffer, limit);
                poll_listen(object, Location::caller(), &mut self.asleep, Cost::One, context, poll)
            }

            /// # Errors
            ///
            /// If there is no value yet, or there will be none.
            #[track_caller]
            pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
                self.end.try_receive(|real| real.try_recv())
            }

            /// As `recv`, but blocks the calling thread. Panics in an async task, where this would block a worker.
            #[track_caller]
            pub fn blocking_recv(&mut self) -> Option<T> {
                assert_may_block();
                threads::block_on(self.recv())
            }

            /// As `recv_many`, but blocks the calling thread. Panics in an async task.
            #[track_caller]
            pub fn blocking_recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
                assert_may_block();
                threads::block_on(self.recv_many(buffer, limit))
            }

            /// From now on, nothing can be sent. What has been sent can still be received.
            #[track_caller]
            pub fn close(&mut self) {
                self.end.change_mut().close();
                self.end.object().signals(Location::caller());
            }

            looks! { end:
                /// Whether nothing more can be sent: this end is closed, or all senders are gone.
                is_closed -> bool;
                /// Whether no value waits to be received.
                is_empty -> bool;
                /// How many values wait to be received.
                len -> usize;
                /// How many senders there are, without weak ones.
                sender_strong_count -> usize;
                /// How many weak senders there are.
                sender_weak_count -> usize;
            }
        }

        impl<T> Unpin for $receiver<T> {}

        impl<T> fmt::Debug for $receiver<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.end.real().fmt(f)
            }
        }
    };
}

receiver!(Receiver);
receiver!(UnboundedReceiver);
