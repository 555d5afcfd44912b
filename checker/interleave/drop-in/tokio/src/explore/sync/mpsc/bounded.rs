//! `tokio::sync::mpsc::Sender`.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use interleave::engine::{Access, scheduler, threads};
use interleave::model::acquire::{listen, listen_free};
use real::sync::mpsc;

use super::error::{SendError, SendTimeoutError, TrySendError};
use super::permit::{OwnedPermit, Permit, PermitIterator};
use super::timeout::within;
use super::{End, looks};
use crate::explore::runtime::context::assert_may_block;

/// See [`mpsc::Sender`].
pub struct Sender<T>(pub(super) End<mpsc::Sender<T>>);

/// See [`mpsc::WeakSender`].
pub struct WeakSender<T>(End<mpsc::WeakSender<T>>);

impl<T> Sender<T> {
    /// Waits for capacity, and then queues `value`: two steps, between which the capacity is taken and the value
    /// missing.
    #[track_caller]
    pub fn send(&self, value: T) -> impl Future<Output = Result<(), SendError<T>>> {
        let place = Location::caller();
        async move {
            match self.reserve_at(place).await {
                Ok(permit) => {
                    permit.send_at(value, place);
                    Ok(())
                }
                Err(SendError(())) => Err(SendError(value)),
            }
        }
    }

    /// As `send`, for at most `timeout` of the virtual clock. Gives `value` back if it was not sent.
    #[track_caller]
    pub fn send_timeout(&self, value: T, timeout: Duration) -> impl Future<Output = Result<(), SendTimeoutError<T>>> {
        let place = Location::caller();
        async move {
            match within(timeout, place, self.reserve_at(place)).await {
                Some(Ok(permit)) => {
                    permit.send_at(value, place);
                    Ok(())
                }
                Some(Err(SendError(()))) => Err(SendTimeoutError::Closed(value)),
                None => Err(SendTimeoutError::Timeout(value)),
            }
        }
    }

    /// # Errors
    ///
    /// If there is no capacity, or no receiver.
    #[track_caller]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        let place = Location::caller();
        match self.try_reserve_at(place) {
            Ok(permit) => {
                permit.send_at(value, place);
                Ok(())
            }
            Err(TrySendError::Full(())) => Err(TrySendError::Full(value)),
            Err(TrySendError::Closed(())) => Err(TrySendError::Closed(value)),
        }
    }

    /// # Errors
    ///
    /// If there is no receiver.
    #[track_caller]
    pub fn blocking_send(&self, value: T) -> Result<(), SendError<T>> {
        assert_may_block();
        threads::block_on(self.send(value))
    }

    /// Waits for room for one value. Its permit then sends without waiting.
    #[track_caller]
    pub fn reserve(&self) -> impl Future<Output = Result<Permit<'_, T>, SendError<()>>> {
        self.reserve_at(Location::caller())
    }

    async fn reserve_at(&self, place: &'static Location<'static>) -> Result<Permit<'_, T>, SendError<()>> {
        let permit = listen(self.0.object(), place, self.0.real().reserve()).await?;
        Ok(Permit::new(self.0.object(), place, permit))
    }

    /// Waits for room for `n` values at once.
    #[track_caller]
    pub fn reserve_many(&self, n: usize) -> impl Future<Output = Result<PermitIterator<'_, T>, SendError<()>>> {
        let place = Location::caller();
        async move {
            let permits = listen(self.0.object(), place, self.0.real().reserve_many(n)).await?;
            Ok(PermitIterator::new(self.0.object(), place, permits))
        }
    }

    /// As `reserve`, with a permit that owns the sender.
    #[track_caller]
    pub fn reserve_owned(self) -> impl Future<Output = Result<OwnedPermit<T>, SendError<()>>> {
        let place = Location::caller();
        async move {
            let (object, sender) = self.0.take();
            match listen(&object, place, sender.reserve_owned()).await {
                Ok(permit) => Ok(OwnedPermit::new(object, place, permit)),
                Err(error) => {
                    // The sender is gone.
                    object.point(Access::Write);
                    Err(error)
                }
            }
        }
    }

    /// # Errors
    ///
    /// If there is no capacity, or no receiver.
    #[track_caller]
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        self.try_reserve_at(Location::caller())
    }

    fn try_reserve_at(&self, place: &'static Location<'static>) -> Result<Permit<'_, T>, TrySendError<()>> {
        match self.0.change().try_reserve() {
            Ok(permit) => Ok(Permit::new(self.0.object(), place, permit)),
            Err(error) => {
                scheduler::yield_now();
                Err(error)
            }
        }
    }

    /// # Errors
    ///
    /// If there is not enough capacity, or no receiver.
    #[track_caller]
    pub fn try_reserve_many(&self, n: usize) -> Result<PermitIterator<'_, T>, TrySendError<()>> {
        match self.0.change().try_reserve_many(n) {
            Ok(permits) => Ok(PermitIterator::new(self.0.object(), Location::caller(), permits)),
            Err(error) => {
                scheduler::yield_now();
                Err(error)
            }
        }
    }

    /// # Errors
    ///
    /// `self`, if there is no capacity, or no receiver.
    #[track_caller]
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<T>, TrySendError<Self>> {
        let place = self.0.place();
        self.0.change();
        let (object, sender) = self.0.take();
        let error = match sender.try_reserve_owned() {
            Ok(permit) => return Ok(OwnedPermit::new(object, Location::caller(), permit)),
            Err(TrySendError::Full(sender)) => TrySendError::Full(Sender(End::new(object, place, sender))),
            Err(TrySendError::Closed(sender)) => TrySendError::Closed(Sender(End::new(object, place, sender))),
        };
        scheduler::yield_now();
        Err(error)
    }

    looks! { 0:
        /// For how many more values there is room, reserved room excluded.
        capacity -> usize;
    }

    /// For how many values the channel was created. This never changes, so it is no scheduling point.
    pub fn max_capacity(&self) -> usize {
        self.0.real().max_capacity()
    }
}

sender!(Sender, WeakSender);
