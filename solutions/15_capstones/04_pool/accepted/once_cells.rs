//! A pool of connections, for any runtime.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use async_lock::OnceCell;

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

/// Room for a connection, which is opened at the first use.
type Slot<M> = OnceCell<<M as Manager>::Connection>;

/// Where a caller finds the place that it waits for.
type Ticket<M> = Arc<OnceCell<Mutex<Option<Place<M>>>>>;

struct Shared<M: Manager> {
    manager: M,
    state: Mutex<State<M>>,
}

struct State<M: Manager> {
    /// The slots that nobody has. There are none while anybody waits.
    free: Vec<Slot<M>>,
    waiting: VecDeque<Ticket<M>>,
}

impl<M: Manager> State<M> {
    /// A free slot, if possible with a connection.
    fn take(&mut self) -> Option<Slot<M>> {
        let open = self.free.iter().position(OnceCell::is_initialized);
        open.map(|place| self.free.swap_remove(place)).or_else(|| self.free.pop())
    }
}

/// The right to use a slot. Dropping it passes it on.
struct Place<M: Manager> {
    shared: Arc<Shared<M>>,
    slot: Slot<M>,
}

impl<M: Manager> Drop for Place<M> {
    fn drop(&mut self) {
        let slot = std::mem::take(&mut self.slot);
        let mut state = self.shared.lock();
        match state.waiting.pop_front() {
            None => state.free.push(slot),
            Some(ticket) => {
                drop(state);
                let place = Place { shared: Arc::clone(&self.shared), slot };
                // If the caller has left, the place is dropped with the ticket.
                drop(ticket.try_set(Mutex::new(Some(place))));
            }
        }
    }
}

impl<M: Manager> Shared<M> {
    fn lock(&self) -> MutexGuard<'_, State<M>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes a ticket from the queue when its caller leaves.
struct Leaves<'a, M: Manager> {
    shared: &'a Shared<M>,
    ticket: Ticket<M>,
}

impl<M: Manager> Drop for Leaves<'_, M> {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.waiting.retain(|other| !Arc::ptr_eq(other, &self.ticket));
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
        let state = State { free: (0..size).map(|_| OnceCell::new()).collect(), waiting: VecDeque::new() };
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
        let mut place = self.place().await;
        while place.slot.get().is_some_and(|connection| self.shared.manager.is_broken(connection)) {
            drop(place.slot.take());
            let mut state = self.shared.lock();
            if let Some(open) = state.free.iter_mut().find(|slot| slot.is_initialized()) {
                std::mem::swap(open, &mut place.slot);
            }
        }
        place.slot.get_or_try_init(|| self.shared.manager.connect()).await?;
        Ok(Pooled { place })
    }

    async fn place(&self) -> Place<M> {
        let leaves = {
            let mut state = self.shared.lock();
            if let Some(slot) = state.take() {
                return Place { shared: Arc::clone(&self.shared), slot };
            }
            let ticket = Ticket::<M>::default();
            state.waiting.push_back(Arc::clone(&ticket));
            Leaves { shared: &self.shared, ticket }
        };
        let place = leaves.ticket.wait().await.lock().unwrap_or_else(PoisonError::into_inner).take();
        place.expect("only this caller takes it")
    }

    pub fn status(&self) -> Status {
        let state = self.shared.lock();
        Status {
            free: state.free.len(),
            idle: state.free.iter().filter(|slot| slot.is_initialized()).count(),
            waiting: state.waiting.len(),
        }
    }
}

impl<M: Manager> Deref for Pooled<M> {
    type Target = M::Connection;

    fn deref(&self) -> &M::Connection {
        self.place.slot.get().expect("it was opened")
    }
}

impl<M: Manager> DerefMut for Pooled<M> {
    fn deref_mut(&mut self) -> &mut M::Connection {
        self.place.slot.get_mut().expect("it was opened")
    }
}

impl<M: Manager> Drop for Pooled<M> {
    fn drop(&mut self) {
        if thread::panicking() || self.place.shared.manager.is_broken(self) {
            // Closes it, before the place goes to somebody else.
            drop(self.place.slot.take());
        }
    }
}
