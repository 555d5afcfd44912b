//! `tokio::sync::watch::Receiver`.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use interleave::engine::{Access, scheduler};
use interleave::model::acquire::{listen, listen_free};
use interleave::model::coop;
use real::sync::watch;

use super::error::RecvError;
use super::{Ref, Shared};

/// See [`watch::Receiver`].
pub struct Receiver<T> {
    pub(super) shared: Arc<Shared<T>>,
    /// The last version that this receiver has seen.
    pub(super) version: u64,
    /// Where the program created it, because a drop has no line of its own.
    pub(super) place: &'static Location<'static>,
}

impl<T> Receiver<T> {
    /// The latest value, without marking it as seen. While it is borrowed, senders wait.
    #[track_caller]
    pub fn borrow(&self) -> Ref<'_, T> {
        self.shared.read(Some(self.version), Location::caller())
    }

    /// The latest value, which counts as seen from now on. While it is borrowed, senders wait.
    #[track_caller]
    pub fn borrow_and_update(&mut self) -> Ref<'_, T> {
        update(&self.shared, &mut self.version, Location::caller())
    }

    /// # Errors
    ///
    /// If there is no sender any more.
    #[track_caller]
    pub fn has_changed(&self) -> Result<bool, RecvError> {
        self.shared.look(|state| if state.is_closed { Err(closed()) } else { Ok(self.version != state.version) })
    }

    /// Whether all senders are gone.
    #[track_caller]
    pub fn is_closed(&self) -> bool {
        self.shared.look(|state| state.is_closed)
    }

    /// Makes the latest value count as not seen.
    pub fn mark_changed(&mut self) {
        self.version = self.version.wrapping_sub(1);
    }

    /// Makes the latest value count as seen.
    pub fn mark_unchanged(&mut self) {
        self.shared.object().point(Access::Read);
        self.version = self.shared.state().version;
    }

    /// Waits for a value that has not been seen, and marks it as seen. Fails once all senders are gone.
    #[track_caller]
    pub fn changed(&mut self) -> impl Future<Output = Result<(), RecvError>> {
        let place = Location::caller();
        async move { listen(self.shared.object(), place, change(&self.shared, &mut self.version)).await }
    }

    /// Waits for a value for which `f` is true, the present one included. Fails once all senders are gone.
    #[track_caller]
    pub fn wait_for(&mut self, f: impl FnMut(&T) -> bool) -> impl Future<Output = Result<Ref<'_, T>, RecvError>> {
        let place = Location::caller();
        async move { coop::cooperative(self.find(f, place)).await }
    }

    async fn find(
        &mut self,
        mut f: impl FnMut(&T) -> bool,
        place: &'static Location<'static>,
    ) -> Result<Ref<'_, T>, RecvError> {
        let Receiver { shared, version, .. } = self;
        let mut is_closed = false;
        loop {
            {
                let value = update(shared, version, place);
                if (!is_closed || value.has_changed) && f(&value) {
                    return Ok(value);
                }
            }
            if is_closed {
                return Err(closed());
            }
            is_closed = listen_free(shared.object(), place, change(shared, version)).await.is_err();
        }
    }

    /// Whether both receivers belong to the same channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

/// Returns the value and stores its version in `version`.
fn update<'a, T>(shared: &'a Shared<T>, version: &mut u64, place: &'static Location<'static>) -> Ref<'a, T> {
    let value = shared.read(Some(*version), place);
    *version = shared.state().version;
    value
}

/// Waits until the version differs from `version`, and stores the new one there.
async fn change<T>(shared: &Shared<T>, version: &mut u64) -> Result<(), RecvError> {
    loop {
        let changed = shared.changed.notified();
        {
            let state = shared.state();
            if *version != state.version {
                *version = state.version;
                return Ok(());
            }
            if state.is_closed {
                return Err(closed());
            }
        }
        changed.await;
    }
}

/// The error of a channel without senders. Its field is private, so a real channel must create it.
fn closed() -> RecvError {
    let (sender, receiver) = watch::channel(());
    drop(sender);
    receiver.has_changed().expect_err("the sender is gone")
}

impl<T> Clone for Receiver<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        self.shared.change().receivers += 1;
        Receiver { shared: Arc::clone(&self.shared), version: self.version, place: Location::caller() }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let is_last = {
            let mut state = self.shared.change();
            state.receivers -= 1;
            state.receivers == 0
        };
        if is_last {
            self.shared.last_receiver_dropped.notify_waiters();
            self.shared.object().signals(self.place);
        }
        scheduler::point();
    }
}

impl<T: fmt::Debug> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("shared", &self.shared).field("version", &self.version).finish()
    }
}
