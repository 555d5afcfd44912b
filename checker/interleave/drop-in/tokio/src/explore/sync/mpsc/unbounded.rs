//! `tokio::sync::mpsc::UnboundedSender`.

use std::fmt;
use std::panic::Location;

use interleave::model::acquire::listen_free;
use real::sync::mpsc;

use super::error::SendError;
use super::{End, looks};

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
}

sender!(UnboundedSender, WeakUnboundedSender);
