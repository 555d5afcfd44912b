//! verdict: failing-test a_connection_that_broke_in_use_is_replaced
//! Opens the new connection while it still has the broken one: for a moment, there is one too many.
//!
//! A pool of connections, for any runtime.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};
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

/// A pool of at most `size` connections. Wakers of its callers may use it, when they wake and when they are dropped.
pub struct Pool<M: Manager> {
    shared: Arc<Shared<M>>,
}

struct Shared<M: Manager> {
    manager: M,
    places: Mutex<Places<M>>,
}

/// There are as many places as there may be connections. While a caller waits, none is free.
struct Places<M: Manager> {
    /// Those that nobody has, some with an open connection.
    free: Vec<Option<M::Connection>>,
    /// A mailbox for each caller that waits, in the order of arrival.
    waiting: VecDeque<Sender<Place<M>>>,
}

/// The right to have one connection. Wherever it is dropped, it goes to the next caller.
struct Place<M: Manager> {
    shared: Arc<Shared<M>>,
    connection: Option<M::Connection>,
}

/// A caller that waits.
struct Waiting<'a, M: Manager> {
    shared: &'a Shared<M>,
    mailbox: Receiver<Place<M>>,
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
        let free = (0..size).map(|_| None).collect();
        let places = Mutex::new(Places { free, waiting: VecDeque::new() });
        Self { shared: Arc::new(Shared { manager, places }) }
    }

    pub fn manager(&self) -> &M {
        &self.shared.manager
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
        let mut place = self.place().await;
        let is_broken = |connection: &M::Connection| self.shared.manager.is_broken(connection);
        if place.connection.as_ref().is_none_or(is_broken) {
            place.connection = Some(self.shared.manager.connect().await?);
        }
        Ok(Pooled { place })
    }

    pub fn status(&self) -> Status {
        let places = self.shared.places.lock().unwrap();
        let idle = places.free.iter().flatten().count();
        Status { free: places.free.len(), idle, waiting: places.waiting.len() }
    }

    /// Waits for a place.
    async fn place(&self) -> Place<M> {
        let waiting = {
            let mut places = self.shared.places.lock().unwrap();
            // In one step with joining the queue, so that no place is given back in between.
            if let Some(connection) = places.take() {
                return Place { shared: Arc::clone(&self.shared), connection };
            }
            let (sender, mailbox) = async_channel::bounded(1);
            places.waiting.push_back(sender);
            Waiting { shared: &self.shared, mailbox }
        };
        waiting.mailbox.recv().await.expect("the sender is in the queue until it has sent")
    }
}

impl<M: Manager> Places<M> {
    /// A free place, one with a connection if there is one.
    fn take(&mut self) -> Option<Option<M::Connection>> {
        match self.free.iter().position(Option::is_some) {
            Some(idle) => Some(self.free.swap_remove(idle)),
            None => self.free.pop(),
        }
    }
}

impl<M: Manager> Drop for Waiting<'_, M> {
    fn drop(&mut self) {
        self.mailbox.close();
        self.shared.places.lock().unwrap().waiting.retain(|sender| !sender.is_closed());
        // A place that has been sent nevertheless is dropped with the mailbox.
    }
}

impl<M: Manager> Drop for Place<M> {
    fn drop(&mut self) {
        let connection = self.connection.take();
        let mut places = self.shared.places.lock().unwrap();
        match places.waiting.pop_front() {
            None => places.free.push(connection),
            Some(next) => {
                // Sending wakes a task, which is foreign code.
                drop(places);
                // If that caller has left, this drops the place, and it goes to the one after.
                let _ = next.try_send(Place { shared: Arc::clone(&self.shared), connection });
            }
        }
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
