//! verdict: failing-test a_connection_that_broke_on_its_way_to_a_caller_is_replaced
//! Asks whether an idle connection is broken, but not one that was handed over and broke on its way.
//!
//! A pool of connections, for any runtime.

use std::collections::{BTreeMap, VecDeque};
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
    /// How many places nobody has. It is 0 while anybody waits.
    free: usize,
    /// Open connections, for so many of these places.
    idle: VecDeque<C>,
    /// Callers that were polled and have not got a place yet, in the order in which they came.
    callers: BTreeMap<u64, Caller<C>>,
    next: u64,
}

enum Caller<C> {
    Waits(Waker),
    /// Has been given a place, perhaps with a connection.
    Served(Option<C>),
}

/// The right to have one connection. Dropping it passes it on, with the connection that is in it.
struct Place<M: Manager> {
    shared: Arc<Shared<M>>,
    connection: Option<M::Connection>,
}

impl<M: Manager> Drop for Place<M> {
    fn drop(&mut self) {
        self.shared.release(self.connection.take());
    }
}

impl<M: Manager> Shared<M> {
    fn lock(&self) -> MutexGuard<'_, State<M::Connection>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a place to the first caller that waits.
    fn release(&self, connection: Option<M::Connection>) {
        let mut state = self.lock();
        let next = state.callers.values_mut().find(|caller| matches!(caller, Caller::Waits(_)));
        let waker = match next {
            Some(caller) => match mem::replace(caller, Caller::Served(connection)) {
                Caller::Waits(waker) => Some(waker),
                Caller::Served(_) => None,
            },
            None => {
                state.free += 1;
                state.idle.extend(connection);
                None
            }
        };
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Waits for a place.
struct Turn<'a, M: Manager> {
    shared: &'a Arc<Shared<M>>,
    /// The key in `callers`, if there is an entry.
    number: Option<u64>,
}

impl<M: Manager> Future for Turn<'_, M> {
    type Output = (Place<M>, bool);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<(Place<M>, bool)> {
        let waker = context.waker().clone();
        let shared = self.shared;
        let mut state = shared.lock();
        let is_handed_over = self.number.is_some();
        let connection = match self.number {
            Some(number) => {
                let caller = state.callers.get_mut(&number).expect("only this future removes it");
                if let Caller::Waits(kept) = caller {
                    let old = mem::replace(kept, waker);
                    drop(state);
                    drop(old);
                    return Poll::Pending;
                }
                self.number = None;
                match state.callers.remove(&number) {
                    Some(Caller::Served(connection)) => connection,
                    _ => None,
                }
            }
            None if state.free > 0 => {
                state.free -= 1;
                state.idle.pop_front()
            }
            None => {
                let number = state.next;
                state.next += 1;
                state.callers.insert(number, Caller::Waits(waker));
                self.number = Some(number);
                return Poll::Pending;
            }
        };
        drop(state);
        Poll::Ready((Place { shared: Arc::clone(shared), connection }, is_handed_over))
    }
}

impl<M: Manager> Drop for Turn<'_, M> {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let left = self.shared.lock().callers.remove(&number);
        if let Some(Caller::Served(connection)) = left {
            self.shared.release(connection);
        }
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
        let state = State { free: size, idle: VecDeque::new(), callers: BTreeMap::new(), next: 0 };
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
        let (mut place, is_handed_over) = Turn { shared: &self.shared, number: None }.await;
        if is_handed_over && place.connection.is_some() {
            // It was in good order when it was given back.
            return Ok(Pooled { place });
        }
        while let Some(connection) = &place.connection {
            if !self.shared.manager.is_broken(connection) {
                return Ok(Pooled { place });
            }
            place.connection = None;
            // Perhaps another free place has one.
            let idle = self.shared.lock().idle.pop_front();
            place.connection = idle;
        }
        place.connection = Some(self.shared.manager.connect().await?);
        Ok(Pooled { place })
    }

    pub fn status(&self) -> Status {
        let state = self.shared.lock();
        let waiting = state.callers.values().filter(|caller| matches!(caller, Caller::Waits(_))).count();
        Status { free: state.free, idle: state.idle.len(), waiting }
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
