//! A pool of connections, for any runtime.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

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
    /// How many callers could have a connection without waiting for another caller.
    pub free: usize,
    /// How many of these connections are open.
    pub idle: usize,
    /// How many callers wait for others.
    pub waiting: usize,
}

/// A pool of at most `size` connections.
pub struct Pool<M: Manager> {
    // TODO: the fields are up to you, here and in `Pooled`. Its tests use only what is public.
    todo: PhantomData<M>,
}

/// The use of a connection. Dropping it gives the connection back to the pool. It may outlive the pool.
///
/// If a panic drops it, the connection is closed: it may be in the middle of something.
pub struct Pooled<M: Manager> {
    todo: PhantomData<M>,
}

impl<M: Manager> Pool<M> {
    /// A pool of at most `size` connections, in use, idle, and being opened together. None is open yet.
    pub fn new(manager: M, size: usize) -> Self {
        let _ = (manager, size);
        todo!()
    }

    pub fn manager(&self) -> &M {
        let _ = self.todo;
        todo!()
    }

    /// A connection: an idle one, or else a new one. It is not broken when it is handed out; one that is broken is
    /// closed before another one is opened in its place.
    ///
    /// While all connections are in use, callers wait, asleep, and are served in the order in which they were first
    /// polled. None is overtaken, neither by one that comes just when a connection is given back, nor by one that is
    /// polled first then. Connections are opened at the same time.
    ///
    /// An error or a panic of `connect` ends this call, and no other. It may be dropped at any await: what it was given
    /// goes to the next caller, and nothing of it is left.
    pub async fn get(&self) -> Result<Pooled<M>, M::Error> {
        todo!()
    }

    pub fn status(&self) -> Status {
        todo!()
    }
}

impl<M: Manager> Deref for Pooled<M> {
    type Target = M::Connection;

    fn deref(&self) -> &M::Connection {
        let _ = self.todo;
        todo!()
    }
}

impl<M: Manager> DerefMut for Pooled<M> {
    fn deref_mut(&mut self) -> &mut M::Connection {
        todo!()
    }
}

impl<M: Manager> Drop for Pooled<M> {
    fn drop(&mut self) {
        todo!()
    }
}
