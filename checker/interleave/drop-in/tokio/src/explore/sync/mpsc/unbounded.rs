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
}

sender!(UnboundedSender, WeakUnboundedSender);
