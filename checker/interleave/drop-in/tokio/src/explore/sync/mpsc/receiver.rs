//! `tokio::sync::mpsc::Receiver` and `UnboundedReceiver`.

use std::fmt;
use std::panic::Location;
use std::task::{Context, Poll};

use interleave::engine::{scheduler, threads};
use interleave::model::acquire::{listen, poll_listen};
use interleave::model::coop::Cost;
use real::sync::mpsc;

use super::End;
use super::error::TryRecvError;
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
    #[track_caller]
    pub fn capacity(&self) -> usize {
        self.end.look(|real| real.capacity())
    }

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

            #[track_caller]
            pub fn recv(&mut self) -> impl Future<Output = Option<T>> {
                let place = Location::caller();
                async move {
                    let (object, receiver) = self.end.real_mut();
                    listen(object, place, receiver.recv()).await
                }
            }

            #[track_caller]
            pub fn recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> impl Future<Output = usize> {
                let place = Location::caller();
                async move {
                    let (object, receiver) = self.end.real_mut();
                    listen(object, place, receiver.recv_many(buffer, limit)).await
                }
            }

            #[track_caller]
            pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
                let (object, receiver) = self.end.real_mut();
                let poll = |context: &mut Context<'_>| receiver.poll_recv(context);
                poll_listen(object, Location::caller(), &mut self.asleep, Cost::One, context, poll)
            }

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
                let result = self.end.change_mut().try_recv();
                match &result {
                    Ok(_) => self.end.object().hears(Location::caller()),
                    Err(_) => scheduler::yield_now(),
                }
                result
            }

            #[track_caller]
            pub fn blocking_recv(&mut self) -> Option<T> {
                assert_may_block();
                threads::block_on(self.recv())
            }

            #[track_caller]
            pub fn blocking_recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
                assert_may_block();
                threads::block_on(self.recv_many(buffer, limit))
            }

            #[track_caller]
            pub fn close(&mut self) {
                self.end.change_mut().close();
                self.end.object().signals(Location::caller());
            }

            #[track_caller]
            pub fn is_closed(&self) -> bool {
                self.end.look(|real| real.is_closed())
            }

            #[track_caller]
            pub fn is_empty(&self) -> bool {
                self.end.look(|real| real.is_empty())
            }

            #[track_caller]
            pub fn len(&self) -> usize {
                self.end.look(|real| real.len())
            }

            #[track_caller]
            pub fn sender_strong_count(&self) -> usize {
                self.end.look(|real| real.sender_strong_count())
            }

            #[track_caller]
            pub fn sender_weak_count(&self) -> usize {
                self.end.look(|real| real.sender_weak_count())
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
