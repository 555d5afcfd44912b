//! The sending end.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use interleave::engine::threads::block_on;
use interleave::engine::{Access, Side, scheduler};

use super::channel::Channel;
use super::{Closed, Send, SendError, TrySendError, questions};

/// See `async_channel::Sender`.
pub struct Sender<T> {
    pub(super) channel: Arc<Channel<T>>,
    /// Where it was created. In a trace, it is dropped at this line.
    made: &'static Location<'static>,
}

impl<T> Sender<T> {
    /// Creates a sender that the channel already counts.
    pub(super) fn of(channel: Arc<Channel<T>>, made: &'static Location<'static>) -> Self {
        Sender { channel, made }
    }

    /// Sends `msg` if there is room. If there is not, other threads run first, so that a loop around this call lets
    /// them.
    #[track_caller]
    pub fn try_send(&self, msg: T) -> Result<(), TrySendError<T>> {
        self.channel.object.point(Access::Write);
        let result = self.channel.push(msg, Location::caller());
        if result.is_err() {
            scheduler::yield_now();
        }
        result
    }

    /// A future that sends `msg`. While the channel is full, it waits in a queue; dropping it also drops `msg`.
    #[track_caller]
    pub fn send(&self, msg: T) -> Send<'_, T> {
        Send::new(&self.channel, msg, Location::caller())
    }

    /// Blocks the calling thread until `msg` is in the channel.
    #[track_caller]
    pub fn send_blocking(&self, msg: T) -> Result<(), SendError<T>> {
        block_on(self.send(msg))
    }

    /// Sends `msg` at once. If the channel is full, `msg` replaces the oldest message, which is returned.
    #[track_caller]
    pub fn force_send(&self, msg: T) -> Result<Option<T>, SendError<T>> {
        self.channel.object.point(Access::Write);
        self.channel.force_push(msg, Location::caller()).map_err(SendError)
    }

    /// A future that completes when the channel is closed, as it is when the last receiver is dropped.
    #[track_caller]
    pub fn closed(&self) -> Closed<'_, T> {
        Closed::new(&self.channel, Location::caller())
    }

    /// A handle that does not count as a sender, so that it does not keep the channel open.
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender { channel: Arc::clone(&self.channel) }
    }

    questions!();
}

impl<T> Clone for Sender<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        self.channel.object.point(Access::Write);
        self.channel.state().senders += 1;
        Sender::of(Arc::clone(&self.channel), Location::caller())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.channel.object.point(Access::Write);
        self.channel.object.drops_end(Side::Sender);
        let is_last = {
            let mut state = self.channel.state();
            state.senders -= 1;
            state.senders == 0
        };
        if is_last {
            self.channel.close(self.made);
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender { .. }")
    }
}

/// See `async_channel::WeakSender`.
pub struct WeakSender<T> {
    channel: Arc<Channel<T>>,
}

impl<T> WeakSender<T> {
    /// Returns a sender if the channel is open.
    #[track_caller]
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.channel.object.point(Access::Write);
        let mut state = self.channel.state();
        if state.is_closed || state.senders == 0 {
            return None;
        }
        state.senders += 1;
        drop(state);
        Some(Sender::of(Arc::clone(&self.channel), Location::caller()))
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        WeakSender { channel: Arc::clone(&self.channel) }
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakSender { .. }")
    }
}
