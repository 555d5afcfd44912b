//! `tokio::sync::watch::Sender`.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use interleave::engine::{Access, scheduler};
use interleave::model::Mode;
use interleave::model::acquire::listen;

use super::error::SendError;
use super::{Receiver, Ref, Shared, channel};

/// See [`real::sync::watch::Sender`].
pub struct Sender<T> {
    pub(super) shared: Arc<Shared<T>>,
    /// Where the program created it, because a drop has no line of its own.
    pub(super) place: &'static Location<'static>,
}

impl<T> Sender<T> {
    /// The sender of a channel that has no receiver yet.
    #[track_caller]
    pub fn new(init: T) -> Self {
        channel(init).0
    }

    /// # Errors
    ///
    /// `value`, if there is no receiver.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        self.shared.object().point(Access::Read);
        if self.shared.state().receivers == 0 {
            return Err(SendError(value));
        }
        self.send_replace(value);
        Ok(())
    }

    /// Changes the value in place, and wakes the receivers. Waits while the value is borrowed.
    #[track_caller]
    pub fn send_modify<F>(&self, modify: F)
    where
        F: FnOnce(&mut T),
    {
        self.send_if_modified(|value| {
            modify(value);
            true
        });
    }

    /// Changes the value in place. Wakes the receivers only if `modify` returns that it changed something.
    #[track_caller]
    pub fn send_if_modified<F>(&self, modify: F) -> bool
    where
        F: FnOnce(&mut T) -> bool,
    {
        let place = Location::caller();
        let held = self.shared.lock.acquire(Mode::Write, place);
        let mut value = self.shared.write();
        let is_modified = modify(&mut value);
        self.shared.state().version += u64::from(is_modified);
        drop(value);
        drop(held);
        scheduler::point();
        if is_modified {
            self.shared.changed.notify_waiters();
            self.shared.object().signals(place);
        }
        is_modified
    }

    /// Makes `value` the value even if there is no receiver, and returns the one before.
    #[track_caller]
    pub fn send_replace(&self, mut value: T) -> T {
        self.send_modify(|old| std::mem::swap(old, &mut value));
        value
    }

    /// The latest value. While it is borrowed, senders wait.
    #[track_caller]
    pub fn borrow(&self) -> Ref<'_, T> {
        self.shared.read(None, Location::caller())
    }

    /// Whether there is no receiver.
    #[track_caller]
    pub fn is_closed(&self) -> bool {
        self.shared.look(|state| state.receivers == 0)
    }

    /// Waits until there is no receiver.
    #[track_caller]
    pub fn closed(&self) -> impl Future<Output = ()> {
        let place = Location::caller();
        async move {
            let closed = async {
                loop {
                    let dropped = self.shared.last_receiver_dropped.notified();
                    if self.shared.state().receivers == 0 {
                        break;
                    }
                    dropped.await;
                }
            };
            listen(self.shared.object(), place, closed).await;
        }
    }

    /// A receiver that has seen the present value.
    #[track_caller]
    pub fn subscribe(&self) -> Receiver<T> {
        let version = {
            let mut state = self.shared.change();
            state.receivers += 1;
            state.version
        };
        Receiver { shared: Arc::clone(&self.shared), version, place: Location::caller() }
    }

    /// How many receivers there are.
    #[track_caller]
    pub fn receiver_count(&self) -> usize {
        self.shared.look(|state| state.receivers)
    }

    /// How many senders there are.
    #[track_caller]
    pub fn sender_count(&self) -> usize {
        self.shared.look(|state| state.senders)
    }

    /// Whether both senders belong to the same channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T> Clone for Sender<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        self.shared.change().senders += 1;
        Sender { shared: Arc::clone(&self.shared), place: Location::caller() }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let is_last = {
            let mut state = self.shared.change();
            state.senders -= 1;
            state.is_closed = state.senders == 0;
            state.is_closed
        };
        if is_last {
            self.shared.changed.notify_waiters();
            self.shared.object().signals(self.place);
        }
        scheduler::point();
    }
}

impl<T: Default> Default for Sender<T> {
    #[track_caller]
    fn default() -> Self {
        Sender::new(T::default())
    }
}

impl<T: fmt::Debug> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("shared", &self.shared).finish()
    }
}
