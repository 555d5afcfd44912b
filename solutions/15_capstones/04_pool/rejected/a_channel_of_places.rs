//! verdict: failing-test a_woken_caller_is_not_overtaken
//! Keeps the places in a channel. A receiver that comes late takes the message for which another one was woken.
//!
//! A pool of connections, for any runtime.

use std::ops::{Deref, DerefMut};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use async_channel::{Receiver, Sender};

/// Opens connections. Its functions may use the pool.
pub trait Manager: Send + Sync + 'static {
    /// A connection. Dropping it closes it, which may use the pool.
    type Connection: Send + 'static;
    type Error;

    /// Opens a connection. This takes its time, may fail, and may panic.
    fn connect(&self) -> impl Future<Output = Result<Self::Connection, Self::Error>> + Send;

    /// Whether the connection can no longer be used. The other side may close it at any time.
    fn is_broken(&self, connection: &Self::Connection) -> bool;
}

/// What is in a pool at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// How many more callers could have a connection without waiting for another caller.
    pub free: usize,
    /// For how many of them a connection is open already.
    pub idle: usize,
    /// How many callers wait. A caller that was woken for its connection does not count.
    pub waiting: usize,
}

/// The right to have one connection. Dropping it puts it back into the channel.
struct Place<M: Manager> {
    places: Sender<Option<M::Connection>>,
    connection: Option<M::Connection>,
}

impl<M: Manager> Drop for Place<M> {
    fn drop(&mut self) {
        let _ = self.places.try_send(self.connection.take());
    }
}

/// Counted as long as it exists.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, SeqCst);
        Self(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// A pool of at most `size` connections. Wakers of its callers may use it, when they wake and when they are dropped.
pub struct Pool<M: Manager> {
    manager: M,
    sender: Sender<Option<M::Connection>>,
    places: Receiver<Option<M::Connection>>,
    idle: Mutex<()>,
    waiting: AtomicUsize,
}

/// The use of a connection. Dropping it gives the connection back to the pool. It may outlive the pool.
///
/// If a panic drops it, the connection is closed: it may be in the middle of something.
pub struct Pooled<M: Manager> {
    place: Place<M>,
}

impl<M: Manager> Pool<M> {
    /// A pool of at most `size` connections, in use, idle, and being opened together. None is open yet.
    pub fn new(manager: M, size: usize) -> Self {
        let (sender, places) = async_channel::bounded(size);
        for _ in 0..size {
            let _ = sender.try_send(None);
        }
        Self { manager, sender, places, idle: Mutex::default(), waiting: AtomicUsize::new(0) }
    }

    pub fn manager(&self) -> &M {
        &self.manager
    }

    /// Returns a connection: an idle one, or else a new one. A broken connection is never handed out. It is closed, and
    /// then the same caller opens another one in its place.
    ///
    /// While all connections are in use, callers wait, asleep. They are served in the order in which they were first
    /// polled. No caller is overtaken: not by one that comes while a connection is being given back, and not by one
    /// that is polled earlier after that. Several callers may open connections at the same time.
    ///
    /// An error or a panic of `connect` ends this call and no other. This call may be dropped at any await: what it was
    /// given goes to the next caller, and nothing of the call stays in the pool.
    pub async fn get(&self) -> Result<Pooled<M>, M::Error> {
        let connection = match self.places.try_recv() {
            Ok(connection) => connection,
            Err(_) => {
                let _waits = Counted::new(&self.waiting);
                self.places.recv().await.expect("the pool has a sender")
            }
        };
        let mut place = Place { places: self.sender.clone(), connection };
        if let Some(connection) = place.connection.take_if(|connection| self.manager.is_broken(connection)) {
            drop(connection);
        }
        if place.connection.is_none() {
            place.connection = Some(self.manager.connect().await?);
        }
        Ok(Pooled { place })
    }

    pub fn status(&self) -> Status {
        let _alone = self.idle.lock().unwrap();
        let free: Vec<_> = std::iter::from_fn(|| self.places.try_recv().ok()).collect();
        let status =
            Status { free: free.len(), idle: free.iter().flatten().count(), waiting: self.waiting.load(SeqCst) };
        for connection in free {
            let _ = self.sender.try_send(connection);
        }
        status
    }
}

impl<M: Manager> Deref for Pooled<M> {
    type Target = M::Connection;

    fn deref(&self) -> &M::Connection {
        self.place.connection.as_ref().expect("it is there until this is dropped")
    }
}

impl<M: Manager> DerefMut for Pooled<M> {
    fn deref_mut(&mut self) -> &mut M::Connection {
        self.place.connection.as_mut().expect("it is there until this is dropped")
    }
}

impl<M: Manager> Drop for Pooled<M> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.place.connection = None;
        }
    }
}
