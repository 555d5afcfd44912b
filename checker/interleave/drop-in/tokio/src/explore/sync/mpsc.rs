//! `tokio::sync::mpsc` with a scheduling point around each operation.

use std::panic::Location;
use std::sync::Arc;
use std::task::{Context, Poll};

use interleave::explore::acquire::listen;
use interleave::explore::{Object, point, task};
use real::sync::mpsc;
pub use real::sync::mpsc::error;
pub use real::sync::mpsc::{OwnedPermit, Permit};

use error::{SendError, TryRecvError, TrySendError};

/// See [`mpsc::Sender`].
#[derive(Debug)]
pub struct Sender<T> {
    object: Arc<Object>,
    sender: mpsc::Sender<T>,
}

/// See [`mpsc::Receiver`].
#[derive(Debug)]
pub struct Receiver<T> {
    object: Arc<Object>,
    receiver: mpsc::Receiver<T>,
}

/// See [`mpsc::UnboundedSender`].
#[derive(Debug)]
pub struct UnboundedSender<T> {
    object: Arc<Object>,
    sender: mpsc::UnboundedSender<T>,
}

/// See [`mpsc::UnboundedReceiver`].
#[derive(Debug)]
pub struct UnboundedReceiver<T> {
    object: Arc<Object>,
    receiver: mpsc::UnboundedReceiver<T>,
}

#[track_caller]
pub fn channel<T>(buffer: usize) -> (Sender<T>, Receiver<T>) {
    let object = Arc::new(Object::new("channel"));
    let (sender, receiver) = mpsc::channel(buffer);
    (Sender { object: Arc::clone(&object), sender }, Receiver { object, receiver })
}

#[track_caller]
pub fn unbounded_channel<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    let object = Arc::new(Object::new("channel"));
    let (sender, receiver) = mpsc::unbounded_channel();
    (UnboundedSender { object: Arc::clone(&object), sender }, UnboundedReceiver { object, receiver })
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Sender { object: Arc::clone(&self.object), sender: self.sender.clone() }
    }
}

impl<T> Clone for UnboundedSender<T> {
    fn clone(&self) -> Self {
        UnboundedSender { object: Arc::clone(&self.object), sender: self.sender.clone() }
    }
}

impl<T> Sender<T> {
    #[track_caller]
    pub fn send(&self, value: T) -> impl Future<Output = Result<(), SendError<T>>> {
        let place = Location::caller();
        async move {
            match listen(&self.object, place, self.sender.reserve()).await {
                Ok(permit) => {
                    permit.send(value);
                    self.object.signals(place);
                    Ok(())
                }
                Err(SendError(())) => Err(SendError(value)),
            }
        }
    }

    #[track_caller]
    pub fn reserve(&self) -> impl Future<Output = Result<Permit<'_, T>, SendError<()>>> {
        listen(&self.object, Location::caller(), self.sender.reserve())
    }

    #[track_caller]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        point();
        let result = self.sender.try_send(value);
        self.object.signals(Location::caller());
        result
    }

    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        point();
        self.sender.try_reserve()
    }

    #[track_caller]
    pub fn blocking_send(&self, value: T) -> Result<(), SendError<T>> {
        task::block_on(self.send(value))
    }

    pub async fn closed(&self) {
        point();
        self.sender.closed().await;
    }

    pub fn is_closed(&self) -> bool {
        point();
        self.sender.is_closed()
    }

    pub fn capacity(&self) -> usize {
        point();
        self.sender.capacity()
    }

    pub fn max_capacity(&self) -> usize {
        self.sender.max_capacity()
    }
}

impl<T> UnboundedSender<T> {
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        point();
        let result = self.sender.send(value);
        self.object.signals(Location::caller());
        result
    }

    pub fn is_closed(&self) -> bool {
        point();
        self.sender.is_closed()
    }
}

/// What both receivers can do.
macro_rules! receiver {
    ($receiver:ident) => {
        impl<T> $receiver<T> {
            #[track_caller]
            pub fn recv(&mut self) -> impl Future<Output = Option<T>> {
                listen(&self.object, Location::caller(), self.receiver.recv())
            }

            #[track_caller]
            pub fn recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> impl Future<Output = usize> {
                listen(&self.object, Location::caller(), self.receiver.recv_many(buffer, limit))
            }

            pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
                self.receiver.poll_recv(context)
            }

            #[track_caller]
            pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
                point();
                let result = self.receiver.try_recv();
                if result.is_ok() {
                    self.object.hears(Location::caller());
                }
                result
            }

            #[track_caller]
            pub fn blocking_recv(&mut self) -> Option<T> {
                task::block_on(self.recv())
            }

            pub fn close(&mut self) {
                point();
                self.receiver.close();
            }

            pub fn is_closed(&self) -> bool {
                self.receiver.is_closed()
            }

            pub fn is_empty(&self) -> bool {
                self.receiver.is_empty()
            }

            pub fn len(&self) -> usize {
                self.receiver.len()
            }
        }
    };
}

receiver!(Receiver);
receiver!(UnboundedReceiver);
