//! verdict: deadlock a_waker_may_use_the_lock_when_it_is_dropped
//! Keeps the waker of a future that was let in until it is polled, and drops it there while `state` is locked.
//!
//! A read-write lock for tasks. It needs no runtime. What it protects is the caller's, such as files.

use std::collections::BTreeMap;
use std::mem;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

/// Lets in readers at the same time, or one writer alone, in the order of arrival.
///
/// Its futures and permits may move to other threads, as tasks do.
#[derive(Default)]
pub struct RwLock {
    state: Mutex<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Reads,
    Writes,
}

struct Waits {
    kind: Kind,
    waker: Waker,
    is_in: bool,
}

#[derive(Default)]
struct State {
    /// With those that were let in and have not been polled since.
    readers: usize,
    is_writing: bool,
    /// By their tickets. Those that were let in come first, and stay until they are polled or dropped.
    futures: BTreeMap<u64, Waits>,
    tickets: u64,
}

impl State {
    fn is_open_for(&self, kind: Kind) -> bool {
        !self.is_writing && (kind == Kind::Reads || self.readers == 0)
    }

    fn enter(&mut self, kind: Kind) {
        match kind {
            Kind::Reads => self.readers += 1,
            Kind::Writes => self.is_writing = true,
        }
    }

    fn leave(&mut self, kind: Kind) {
        match kind {
            Kind::Reads => self.readers -= 1,
            Kind::Writes => self.is_writing = false,
        }
    }

    fn try_enter(&mut self, kind: Kind) -> bool {
        let enters = self.first().is_none() && self.is_open_for(kind);
        if enters {
            self.enter(kind);
        }
        enters
    }

    /// Lets in those whose turn it is. The caller unlocks, and then wakes them.
    #[must_use]
    fn let_in(&mut self) -> Vec<Waker> {
        let mut wakers = Vec::new();
        while let Some((&ticket, kind)) = self.first()
            && self.is_open_for(kind)
        {
            self.enter(kind);
            if let Some(first) = self.futures.get_mut(&ticket) {
                first.is_in = true;
                wakers.push(first.waker.clone());
            }
        }
        wakers
    }

    /// The first that waits.
    fn first(&self) -> Option<(&u64, Kind)> {
        self.futures.iter().find(|(_, future)| !future.is_in).map(|(ticket, future)| (ticket, future.kind))
    }
}

/// A place in the queue, or in the lock.
struct Place<'a> {
    lock: &'a RwLock,
    kind: Kind,
    /// None before the first poll, and when the permit has been given out.
    ticket: Option<u64>,
}

impl Place<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.lock.state.lock().unwrap();
        let Some(ticket) = self.ticket else {
            if state.try_enter(self.kind) {
                return Poll::Ready(());
            }
            let ticket = state.tickets;
            state.tickets += 1;
            state.futures.insert(ticket, Waits { kind: self.kind, waker: context.waker().clone(), is_in: false });
            self.ticket = Some(ticket);
            return Poll::Pending;
        };
        let Some(future) = state.futures.get_mut(&ticket).filter(|future| !future.is_in) else {
            state.futures.remove(&ticket);
            self.ticket = None;
            return Poll::Ready(());
        };
        let old = mem::replace(&mut future.waker, context.waker().clone());
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut state = self.lock.state.lock().unwrap();
        let old = state.futures.remove(&ticket);
        if old.as_ref().is_some_and(|future| future.is_in) {
            state.leave(self.kind);
        }
        let wakers = state.let_in();
        drop(state);
        drop(old);
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// Waits until it may read. Made by [`RwLock::read`].
#[must_use]
pub struct Read<'a> {
    place: Place<'a>,
}

/// Waits until it may write. Made by [`RwLock::write`].
#[must_use]
pub struct Write<'a> {
    place: Place<'a>,
}

/// While it exists, nobody writes.
#[must_use]
pub struct ReadPermit<'a> {
    lock: &'a RwLock,
}

/// While it exists, nobody else reads or writes.
#[must_use]
pub struct WritePermit<'a> {
    lock: &'a RwLock,
}

impl RwLock {
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits for those that came before it and write. The place in the queue is taken when the future is polled first.
    pub fn read(&self) -> Read<'_> {
        Read { place: Place { lock: self, kind: Kind::Reads, ticket: None } }
    }

    /// Waits for all that came before it. The place in the queue is taken when the future is polled first.
    pub fn write(&self) -> Write<'_> {
        Write { place: Place { lock: self, kind: Kind::Writes, ticket: None } }
    }

    /// A permit, if `read` would not have to wait.
    pub fn try_read(&self) -> Option<ReadPermit<'_>> {
        self.state.lock().unwrap().try_enter(Kind::Reads).then_some(())?;
        Some(ReadPermit { lock: self })
    }

    /// A permit, if `write` would not have to wait.
    pub fn try_write(&self) -> Option<WritePermit<'_>> {
        self.state.lock().unwrap().try_enter(Kind::Writes).then_some(())?;
        Some(WritePermit { lock: self })
    }

    fn leave(&self, kind: Kind) {
        let wakers = {
            let mut state = self.state.lock().unwrap();
            state.leave(kind);
            state.let_in()
        };
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl<'a> WritePermit<'a> {
    /// Makes a reader of the writer. No writer gets in meanwhile, and the first readers that wait get in as well.
    pub fn downgrade(self) -> ReadPermit<'a> {
        let lock = self.lock;
        mem::forget(self);
        let wakers = {
            let mut state = lock.state.lock().unwrap();
            state.leave(Kind::Writes);
            state.enter(Kind::Reads);
            state.let_in()
        };
        wakers.into_iter().for_each(Waker::wake);
        ReadPermit { lock }
    }
}

impl<'a> Future for Read<'a> {
    type Output = ReadPermit<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<ReadPermit<'a>> {
        let lock = self.place.lock;
        self.place.poll(context).map(|()| ReadPermit { lock })
    }
}

impl<'a> Future for Write<'a> {
    type Output = WritePermit<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<WritePermit<'a>> {
        let lock = self.place.lock;
        self.place.poll(context).map(|()| WritePermit { lock })
    }
}

impl Drop for ReadPermit<'_> {
    fn drop(&mut self) {
        self.lock.leave(Kind::Reads);
    }
}

impl Drop for WritePermit<'_> {
    fn drop(&mut self) {
        self.lock.leave(Kind::Writes);
    }
}
