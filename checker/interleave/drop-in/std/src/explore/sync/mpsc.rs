//! `std::sync::mpsc` under the scheduler.

use ::std::cell::Cell;
use ::std::marker::PhantomData;
use ::std::panic::Location;
use ::std::sync::Arc;
pub use ::std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};
use ::std::time::Duration;

use interleave::explore::{Object, channel};

/// See [`::std::sync::mpsc::Sender`].
#[derive(Debug)]
pub struct Sender<T> {
    channel: channel::Sender<T>,
    object: Arc<Object>,
}

/// See [`::std::sync::mpsc::SyncSender`].
#[derive(Debug)]
pub struct SyncSender<T> {
    channel: channel::SyncSender<T>,
    object: Arc<Object>,
}

/// See [`::std::sync::mpsc::Receiver`].
#[derive(Debug)]
pub struct Receiver<T> {
    channel: channel::Receiver<T>,
    object: Arc<Object>,
    not_sync: PhantomData<Cell<T>>,
}

#[track_caller]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let object = Arc::new(Object::new("channel"));
    let (sender, receiver) = channel::channel();
    (
        Sender { channel: sender, object: Arc::clone(&object) },
        Receiver { channel: receiver, object, not_sync: PhantomData },
    )
}

#[track_caller]
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let object = Arc::new(Object::new("channel"));
    let (sender, receiver) = channel::sync_channel(bound);
    (
        SyncSender { channel: sender, object: Arc::clone(&object) },
        Receiver { channel: receiver, object, not_sync: PhantomData },
    )
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Sender { channel: self.channel.clone(), object: Arc::clone(&self.object) }
    }
}

impl<T> Clone for SyncSender<T> {
    fn clone(&self) -> Self {
        SyncSender { channel: self.channel.clone(), object: Arc::clone(&self.object) }
    }
}

impl<T> Sender<T> {
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        let result = self.channel.send(value);
        self.object.signals(Location::caller());
        result
    }
}

impl<T> SyncSender<T> {
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        let place = Location::caller();
        let result = match self.channel.try_send(value) {
            Err(TrySendError::Full(value)) => {
                self.object.listens(place);
                self.channel.send(value)
            }
            Err(TrySendError::Disconnected(value)) => Err(SendError(value)),
            Ok(()) => Ok(()),
        };
        self.object.signals(place);
        result
    }

    #[track_caller]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        let result = self.channel.try_send(value);
        self.object.signals(Location::caller());
        result
    }
}

impl<T> Receiver<T> {
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        let place = Location::caller();
        let result = match self.channel.try_recv() {
            Err(TryRecvError::Empty) => {
                self.object.listens(place);
                self.channel.recv()
            }
            Err(TryRecvError::Disconnected) => Err(RecvError),
            Ok(value) => Ok(value),
        };
        self.object.hears(place);
        result
    }

    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        let result = self.channel.try_recv();
        if result.is_ok() {
            self.object.hears(Location::caller());
        }
        result
    }

    /// Time may pass at any moment: what is not there is not waited for.
    #[track_caller]
    pub fn recv_timeout(&self, _limit: Duration) -> Result<T, RecvTimeoutError> {
        self.try_recv().map_err(|error| match error {
            TryRecvError::Empty => RecvTimeoutError::Timeout,
            TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
        })
    }

    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        ::std::iter::from_fn(|| self.recv().ok())
    }

    pub fn try_iter(&self) -> impl Iterator<Item = T> + '_ {
        ::std::iter::from_fn(|| self.try_recv().ok())
    }
}

/// See [`::std::sync::mpsc::IntoIter`].
#[derive(Debug)]
pub struct IntoIter<T>(Receiver<T>);

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.0.recv().ok()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter(self)
    }
}

/// See [`::std::sync::mpsc::Iter`].
#[derive(Debug)]
pub struct Iter<'a, T>(&'a Receiver<T>);

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.0.recv().ok()
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        Iter(self)
    }
}
