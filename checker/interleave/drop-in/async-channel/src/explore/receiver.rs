//! The receiving end.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::stream::{FusedStream, Stream};
use interleave::engine::threads::block_on;
use interleave::engine::{Access, Side, scheduler};
use interleave::model::Listener;

use super::channel::Channel;
use super::{Recv, RecvError, TryRecvError, questions};

/// See `async_channel::Receiver`.
pub struct Receiver<T> {
    pub(super) channel: Arc<Channel<T>>,
    /// Where it was created. In a trace, it is polled as a stream, and dropped, at this line.
    made: &'static Location<'static>,
    /// Waits for the next message of the stream.
    listener: Listener,
}

impl<T> Receiver<T> {
    /// Creates a receiver that the channel already counts.
    pub(super) fn of(channel: Arc<Channel<T>>, made: &'static Location<'static>) -> Self {
        Receiver { channel, made, listener: Listener::new() }
    }

    /// Takes a message if there is one. If there is none, other threads run first, so that a loop around this call lets
    /// them.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.channel.object.point(Access::Write);
        let result = self.channel.pop(Location::caller());
        if result.is_err() {
            scheduler::yield_now();
        }
        result
    }

    /// A future that takes the next message. It fails once the channel is closed and empty.
    #[track_caller]
    pub fn recv(&self) -> Recv<'_, T> {
        Recv::new(&self.channel, Location::caller())
    }

    /// Blocks the calling thread until there is a message, or the channel is closed and empty.
    #[track_caller]
    pub fn recv_blocking(&self) -> Result<T, RecvError> {
        block_on(self.recv())
    }

    /// A handle that does not count as a receiver, so that it does not keep the channel open.
    pub fn downgrade(&self) -> WeakReceiver<T> {
        WeakReceiver { channel: Arc::clone(&self.channel) }
    }

    questions!();
}

impl<T> Clone for Receiver<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        self.channel.object.point(Access::Write);
        self.channel.state().receivers += 1;
        Receiver::of(Arc::clone(&self.channel), Location::caller())
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.channel.object.point(Access::Write);
        self.channel.object.drops_end(Side::Receiver);
        self.listener.cancel(&self.channel.stream_ops, &self.channel.object, self.made);
        let is_last = {
            let mut state = self.channel.state();
            state.receivers -= 1;
            state.receivers == 0
        };
        if is_last {
            self.channel.close(self.made);
        }
    }
}

impl<T> Stream for Receiver<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let Receiver { channel, made, listener } = &mut *self;
        channel.poll(&channel.stream_ops, listener, context, made, || match channel.pop(made) {
            Ok(message) => Some(Some(message)),
            Err(TryRecvError::Closed) => Some(None),
            Err(TryRecvError::Empty) => None,
        })
    }
}

impl<T> FusedStream for Receiver<T> {
    fn is_terminated(&self) -> bool {
        self.channel.look(|state| state.is_closed && state.queue.is_empty())
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receiver { .. }")
    }
}

/// See `async_channel::WeakReceiver`.
pub struct WeakReceiver<T> {
    channel: Arc<Channel<T>>,
}

impl<T> WeakReceiver<T> {
    /// Returns a receiver if the channel is open.
    #[track_caller]
    pub fn upgrade(&self) -> Option<Receiver<T>> {
        self.channel.object.point(Access::Write);
        let mut state = self.channel.state();
        if state.is_closed || state.receivers == 0 {
            return None;
        }
        state.receivers += 1;
        drop(state);
        Some(Receiver::of(Arc::clone(&self.channel), Location::caller()))
    }
}

impl<T> Clone for WeakReceiver<T> {
    fn clone(&self) -> Self {
        WeakReceiver { channel: Arc::clone(&self.channel) }
    }
}

impl<T> fmt::Debug for WeakReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakReceiver { .. }")
    }
}
