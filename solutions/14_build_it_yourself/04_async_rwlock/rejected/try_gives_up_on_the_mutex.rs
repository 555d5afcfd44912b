//! verdict: failing-test two_readers_try_at_the_same_time
//! `try_read` gives up if the state is locked just now, although nobody writes or waits.
//!
//! A read-write lock for tasks. It needs no runtime. What it protects is the caller's, such as files.

use std::collections::VecDeque;
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

struct Waiting {
    ticket: u64,
    kind: Kind,
    waker: Waker,
}

#[derive(Default)]
struct State {
    /// With those that were let in and have not been polled since.
    readers: usize,
    is_writing: bool,
    queue: VecDeque<Waiting>,
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
        let enters = self.queue.is_empty() && self.is_open_for(kind);
        if enters {
            self.enter(kind);
        }
        enters
    }

    /// Lets in those whose turn it is. The caller unlocks, and then wakes them.
    #[must_use]
    fn let_in(&mut self) -> Vec<Waker> {
        let mut wakers = Vec::new();
        while let Some(kind) = self.queue.front().map(|first| first.kind)
            && self.is_open_for(kind)
        {
            self.enter(kind);
            wakers.extend(self.queue.pop_front().map(|first| first.waker));
        }
        wakers
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
            state.queue.push_back(Waiting { ticket, kind: self.kind, waker: context.waker().clone() });
            self.ticket = Some(ticket);
            return Poll::Pending;
        };
        let Some(waiting) = state.queue.iter_mut().find(|waiting| waiting.ticket == ticket) else {
            self.ticket = None;
            return Poll::Ready(());
        };
        let old = (!waiting.waker.will_wake(context.waker()))
            .then(|| mem::replace(&mut waiting.waker, context.waker().clone()));
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut state = self.lock.state.lock().unwrap();
        let place = state.queue.iter().position(|waiting| waiting.ticket == ticket);
        let old = place.and_then(|place| state.queue.remove(place));
        if old.is_none() {
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
        // It must not wait, not even for the mutex.
        self.state.try_lock().ok()?.try_enter(Kind::Reads).then_some(())?;
        Some(ReadPermit { lock: self })
    }

    /// A permit, if `write` would not have to wait.
    pub fn try_write(&self) -> Option<WritePermit<'_>> {
        self.state.try_lock().ok()?.try_enter(Kind::Writes).then_some(())?;
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
