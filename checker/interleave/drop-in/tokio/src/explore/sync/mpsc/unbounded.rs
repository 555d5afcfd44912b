//! `tokio::sync::mpsc::UnboundedSender`.

use std::fmt;
use std::panic::Location;

use interleave::model::acquire::listen_free;
use real::sync::mpsc;

use super::End;
use super::error::SendError;

/// See [`mpsc::UnboundedSender`].
pub struct UnboundedSender<T>(pub(super) End<mpsc::UnboundedSender<T>>);

/// See [`mpsc::WeakUnboundedSender`].
pub struct WeakUnboundedSender<T>(End<mpsc::WeakUnboundedSender<T>>);

impl<T> UnboundedSender<T> {
    /// # Errors
    ///
    /// `value`, if there is no receiver.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        self.0.change().send(value)?;
        self.0.object().signals(Location::caller());
        Ok(())
    }

    #[track_caller]
    pub fn closed(&self) -> impl Future<Output = ()> {
        let place = Location::caller();
        async move { listen_free(self.0.object(), place, self.0.real().closed()).await }
    }

    #[track_caller]
    pub fn is_closed(&self) -> bool {
        self.0.look(|real| real.is_closed())
    }

    pub fn same_channel(&self, other: &Self) -> bool {
        self.0.real().same_channel(other.0.real())
    }

    #[must_use = "Downgrade creates a WeakSender without destroying the original non-weak sender."]
    #[track_caller]
    pub fn downgrade(&self) -> WeakUnboundedSender<T> {
        WeakUnboundedSender(self.0.fork(Location::caller(), mpsc::UnboundedSender::downgrade))
    }

    #[track_caller]
    pub fn strong_count(&self) -> usize {
        self.0.look(|real| real.strong_count())
    }

    #[track_caller]
    pub fn weak_count(&self) -> usize {
        self.0.look(|real| real.weak_count())
    }
}

impl<T> WeakUnboundedSender<T> {
    #[track_caller]
    pub fn upgrade(&self) -> Option<UnboundedSender<T>> {
        self.0.try_fork(Location::caller(), mpsc::WeakUnboundedSender::upgrade).map(UnboundedSender)
    }

    #[track_caller]
    pub fn strong_count(&self) -> usize {
        self.0.look(|real| real.strong_count())
    }

    #[track_caller]
    pub fn weak_count(&self) -> usize {
        self.0.look(|real| real.weak_count())
    }
}

impl<T> Clone for UnboundedSender<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        UnboundedSender(self.0.fork(Location::caller(), Clone::clone))
    }
}

impl<T> Clone for WeakUnboundedSender<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        WeakUnboundedSender(self.0.fork(Location::caller(), Clone::clone))
    }
}

impl<T> fmt::Debug for UnboundedSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.real().fmt(f)
    }
}

impl<T> fmt::Debug for WeakUnboundedSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.real().fmt(f)
    }
}
