//! async-channel's channels, on the scheduler's models.
//!
//! They wait and wake as the real ones do: any caller may overtake the waiting ones while the queue has room or
//! messages, and waiters are woken in the order of their arrival.

mod channel;
mod futures;
mod receiver;
mod sender;

use std::panic::Location;
use std::sync::Arc;

#[doc(no_inline)]
pub use real::{RecvError, SendError, TryRecvError, TrySendError};

use channel::Channel;
pub use futures::{Closed, Recv, Send};
pub use receiver::{Receiver, WeakReceiver};
pub use sender::{Sender, WeakSender};

/// See `async_channel::bounded`.
#[track_caller]
pub fn bounded<T>(cap: usize) -> (Sender<T>, Receiver<T>) {
    assert!(cap > 0, "capacity cannot be zero");
    both_ends(Channel::new(Some(cap)))
}

/// See `async_channel::unbounded`.
#[track_caller]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    both_ends(Channel::new(None))
}

#[track_caller]
fn both_ends<T>(channel: Arc<Channel<T>>) -> (Sender<T>, Receiver<T>) {
    let place = Location::caller();
    (Sender::of(Arc::clone(&channel), place), Receiver::of(channel, place))
}

/// The queries of both ends of a channel.
macro_rules! questions {
    () => {
        /// Closes the channel. Returns whether it was open.
        #[track_caller]
        pub fn close(&self) -> bool {
            self.channel.object.point(Access::Write);
            self.channel.close(Location::caller())
        }

        /// Whether the channel is closed: by `close`, or because one of its sides has no handle any more.
        pub fn is_closed(&self) -> bool {
            self.channel.look(|state| state.is_closed)
        }

        /// Whether no message waits to be received.
        pub fn is_empty(&self) -> bool {
            self.channel.look(|state| state.queue.is_empty())
        }

        /// Whether there is no room for another message. Never true of an unbounded channel.
        pub fn is_full(&self) -> bool {
            self.channel.look(|state| Some(state.queue.len()) == self.channel.capacity)
        }

        /// How many messages wait to be received.
        pub fn len(&self) -> usize {
            self.channel.look(|state| state.queue.len())
        }

        /// How many messages there is room for; `None` if the channel is unbounded.
        pub fn capacity(&self) -> Option<usize> {
            self.channel.look(|_| self.channel.capacity)
        }

        /// How many receivers there are, without weak ones.
        pub fn receiver_count(&self) -> usize {
            self.channel.look(|state| state.receivers)
        }

        /// How many senders there are, without weak ones.
        pub fn sender_count(&self) -> usize {
            self.channel.look(|state| state.senders)
        }

        /// Whether both handles belong to the same channel.
        pub fn same_channel(&self, other: &Self) -> bool {
            Arc::ptr_eq(&self.channel, &other.channel)
        }
    };
}
use questions;
