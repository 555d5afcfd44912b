//! A pool of connections, for any runtime.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
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
    state: Mutex<State<M>>,
}

struct State<M: Manager> {
    idle: Vec<M::Connection>,
    /// How many permits nobody has.
    free: usize,
    /// Tickets that wait, and tickets that were called.
    waiting: VecDeque<(u64, Waker)>,
    called: Vec<u64>,
    last: u64,
}

impl<M: Manager> State<M> {
    /// Calls the next ticket, and returns its waker, or leaves the permit free.
    fn pass_on(&mut self) -> Option<Waker> {
        let Some((ticket, waker)) = self.waiting.pop_front() else {
            self.free += 1;
            return None;
        };
        self.called.push(ticket);
        Some(waker)
    }
}

/// The right to have a connection. Idle ones are kept elsewhere.
struct Permit<M: Manager>(Arc<Shared<M>>);

impl<M: Manager> Drop for Permit<M> {
    fn drop(&mut self) {
        let waker = self.0.state.lock().unwrap().pass_on();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Waits for a permit.
struct Acquire<'a, M: Manager> {
    shared: &'a Arc<Shared<M>>,
    ticket: Option<u64>,
}

impl<M: Manager> Future for Acquire<'_, M> {
    type Output = Permit<M>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit<M>> {
        // Cloned, and dropped, while nothing is locked.
        let mut waker = context.waker().clone();
        let shared = self.shared;
        let mut state = shared.state.lock().unwrap();
        let is_ready = match self.ticket {
            None if state.free > 0 => {
                state.free -= 1;
                true
            }
            None => {
                state.last += 1;
                let ticket = state.last;
                state.waiting.push_back((ticket, waker));
                drop(state);
                self.ticket = Some(ticket);
                return Poll::Pending;
            }
            Some(ticket) => match state.waiting.iter_mut().find(|(waiting, _)| *waiting == ticket) {
                Some((_, old)) => {
                    std::mem::swap(old, &mut waker);
                    false
                }
                None => {
                    state.called.retain(|called| *called != ticket);
                    true
                }
            },
        };
        drop(state);
        if !is_ready {
            return Poll::Pending;
        }
        self.ticket = None;
        Poll::Ready(Permit(Arc::clone(shared)))
    }
}

impl<M: Manager> Drop for Acquire<'_, M> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut state = self.shared.state.lock().unwrap();
        let waker = match state.waiting.iter().position(|(waiting, _)| *waiting == ticket) {
            Some(place) => {
                let left = state.waiting.remove(place);
                drop(state);
                drop(left);
                return;
            }
            None => {
                state.called.retain(|called| *called != ticket);
                state.pass_on()
            }
        };
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
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
    connection: Option<M::Connection>,
    permit: Permit<M>,
}

impl<M: Manager> Pool<M> {
    /// A pool of at most `size` connections, in use, idle, and being opened together. None is open yet.
    pub fn new(manager: M, size: usize) -> Self {
        let state = State { idle: Vec::new(), free: size, waiting: VecDeque::new(), called: Vec::new(), last: 0 };
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
        let permit = Acquire { shared: &self.shared, ticket: None }.await;
        let idle = self.shared.state.lock().unwrap().idle.pop();
        let connection = match idle.filter(|connection| !self.shared.manager.is_broken(connection)) {
            Some(connection) => connection,
            None => self.shared.manager.connect().await?,
        };
        Ok(Pooled { connection: Some(connection), permit })
    }

    pub fn status(&self) -> Status {
        let state = self.shared.state.lock().unwrap();
        Status { free: state.free, idle: state.idle.len().min(state.free), waiting: state.waiting.len() }
    }
}

impl<M: Manager> Deref for Pooled<M> {
    type Target = M::Connection;

    fn deref(&self) -> &M::Connection {
        self.connection.as_ref().expect("it is there until this is dropped")
    }
}

impl<M: Manager> DerefMut for Pooled<M> {
    fn deref_mut(&mut self) -> &mut M::Connection {
        self.connection.as_mut().expect("it is there until this is dropped")
    }
}

impl<M: Manager> Drop for Pooled<M> {
    fn drop(&mut self) {
        // Before the permit is dropped: the next caller looks for it.
        let connection = self.connection.take();
        if let Some(connection) = connection
            && !thread::panicking()
        {
            self.permit.0.state.lock().unwrap().idle.push(connection);
        }
    }
}
