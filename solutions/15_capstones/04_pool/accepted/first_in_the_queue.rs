//! A pool of connections, for any runtime.

use std::collections::VecDeque;
use std::mem;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

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

struct Shared<M: Manager> {
    manager: M,
    state: Mutex<State<M::Connection>>,
}

struct State<C> {
    /// How many places nobody has. They are for the first callers of the queue.
    free: usize,
    /// Open connections, for so many of these places.
    idle: Vec<C>,
    queue: VecDeque<(u64, Waker)>,
    next: u64,
}

impl<C> State<C> {
    fn position(&self, number: u64) -> usize {
        self.queue.iter().position(|(other, _)| *other == number).expect("only its future removes it")
    }

    /// The last caller for which there is a place, if there are as many callers.
    fn last_served(&self) -> Option<Waker> {
        let last = self.free.checked_sub(1)?;
        self.queue.get(last).map(|(_, waker)| waker.clone())
    }
}

/// The right to have one connection. Dropping it makes the place free again, with the connection that is in it.
struct Place<M: Manager> {
    shared: Arc<Shared<M>>,
    connection: Option<M::Connection>,
}

impl<M: Manager> Drop for Place<M> {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.free += 1;
        state.idle.extend(self.connection.take());
        let woken = state.last_served();
        drop(state);
        woken.into_iter().for_each(Waker::wake);
    }
}

impl<M: Manager> Shared<M> {
    fn lock(&self) -> MutexGuard<'_, State<M::Connection>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for a place.
struct Turn<'a, M: Manager> {
    shared: &'a Arc<Shared<M>>,
    /// The number in the queue, once it is there.
    number: Option<u64>,
}

impl<M: Manager> Future for Turn<'_, M> {
    type Output = Place<M>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Place<M>> {
        let waker = context.waker().clone();
        let shared = self.shared;
        let mut state = shared.lock();
        let number = match self.number {
            Some(number) => number,
            None => {
                let number = state.next;
                state.next += 1;
                state.queue.push_back((number, Waker::noop().clone()));
                self.number = Some(number);
                number
            }
        };
        let position = state.position(number);
        if position >= state.free {
            let old = mem::replace(&mut state.queue[position].1, waker);
            drop(state);
            drop(old);
            return Poll::Pending;
        }
        let served = state.queue.remove(position);
        self.number = None;
        state.free -= 1;
        let connection = state.idle.pop();
        drop(state);
        drop(served);
        Poll::Ready(Place { shared: Arc::clone(shared), connection })
    }
}

impl<M: Manager> Drop for Turn<'_, M> {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let mut state = self.shared.lock();
        let position = state.position(number);
        let left = state.queue.remove(position);
        // Its place is for the next one.
        let woken = if position < state.free { state.last_served() } else { None };
        drop(state);
        drop(left);
        woken.into_iter().for_each(Waker::wake);
    }
}

/// A pool of at most `size` connections. Wakers of its callers may use it, when they wake and when they are dropped.
pub struct Pool<M: Manager> {
    shared: Arc<Shared<M>>,
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
        let state = State { free: size, idle: Vec::new(), queue: VecDeque::new(), next: 0 };
        Self { shared: Arc::new(Shared { manager, state: Mutex::new(state) }) }
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
        let mut place = Turn { shared: &self.shared, number: None }.await;
        while let Some(connection) = &place.connection {
            if !self.shared.manager.is_broken(connection) {
                return Ok(Pooled { place });
            }
            place.connection = None;
            let idle = self.shared.lock().idle.pop();
            place.connection = idle;
        }
        place.connection = Some(self.shared.manager.connect().await?);
        Ok(Pooled { place })
    }

    pub fn status(&self) -> Status {
        let state = self.shared.lock();
        let served = state.free.min(state.queue.len());
        // Those who were served will take idle connections, as far as there are any.
        let idle = state.idle.len().saturating_sub(served);
        Status { free: state.free - served, idle, waiting: state.queue.len() - served }
    }
}

impl<M: Manager> Deref for Pooled<M> {
    type Target = M::Connection;

    fn deref(&self) -> &M::Connection {
        self.place.connection.as_ref().expect("it was opened")
    }
}

impl<M: Manager> DerefMut for Pooled<M> {
    fn deref_mut(&mut self) -> &mut M::Connection {
        self.place.connection.as_mut().expect("it was opened")
    }
}

impl<M: Manager> Drop for Pooled<M> {
    fn drop(&mut self) {
        if thread::panicking() || self.place.shared.manager.is_broken(self) {
            // Closes it, before the place goes to somebody else.
            self.place.connection = None;
        }
    }
}
