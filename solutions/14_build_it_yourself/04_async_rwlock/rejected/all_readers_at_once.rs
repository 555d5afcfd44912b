//! verdict: failing-test they_get_in_in_the_order_of_arrival
//! When nobody writes, it lets in all readers of the queue, also those that came after a writer.
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
///
/// Wakers are foreign code: they are cloned, called and dropped while `state` is not locked.
#[derive(Default)]
pub struct RwLock {
    state: Mutex<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

struct Waiting {
    ticket: u64,
    access: Access,
    waker: Waker,
}

/// Those that were let in count as readers or writers, also before they are polled again.
#[derive(Default)]
struct State {
    readers: usize,
    is_writing: bool,
    next_ticket: u64,
    /// In the order of arrival. The first may not get in yet. A ticket that is in no queue any more has been let in.
    waiting: VecDeque<Waiting>,
}

impl State {
    fn is_open_for(&self, access: Access) -> bool {
        !self.is_writing && (access == Access::Read || self.readers == 0)
    }

    fn enter(&mut self, access: Access) {
        match access {
            Access::Read => self.readers += 1,
            Access::Write => self.is_writing = true,
        }
    }

    fn leave(&mut self, access: Access) {
        match access {
            Access::Read => self.readers -= 1,
            Access::Write => self.is_writing = false,
        }
    }

    /// Lets in the first ones of the queue, as many as may be in. To be called after each change, and the wakers to be
    /// woken when the state is unlocked.
    fn let_in(&mut self) -> Vec<Waker> {
        let mut woken = Vec::new();
        let mut place = 0;
        while let Some(next) = self.waiting.get(place) {
            if self.is_open_for(next.access) {
                self.enter(next.access);
                woken.extend(self.waiting.remove(place).map(|next| next.waker));
            } else {
                place += 1;
            }
        }
        woken
    }
}

/// What `Read` and `Write` have in common.
struct Wait<'a> {
    lock: &'a RwLock,
    access: Access,
    /// From the first poll that was pending to the one that is ready.
    ticket: Option<u64>,
}

/// Waits until it may read. Made by [`RwLock::read`].
#[must_use]
pub struct Read<'a>(Wait<'a>);

/// Waits until it may write. Made by [`RwLock::write`].
#[must_use]
pub struct Write<'a>(Wait<'a>);

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
        Read(Wait { lock: self, access: Access::Read, ticket: None })
    }

    /// Waits for all that came before it. The place in the queue is taken when the future is polled first.
    pub fn write(&self) -> Write<'_> {
        Write(Wait { lock: self, access: Access::Write, ticket: None })
    }

    /// A permit, if `read` would not have to wait.
    pub fn try_read(&self) -> Option<ReadPermit<'_>> {
        self.try_enter(Access::Read).then(|| ReadPermit { lock: self })
    }

    /// A permit, if `write` would not have to wait.
    pub fn try_write(&self) -> Option<WritePermit<'_>> {
        self.try_enter(Access::Write).then(|| WritePermit { lock: self })
    }

    fn try_enter(&self, access: Access) -> bool {
        let mut state = self.state.lock().unwrap();
        let is_free = state.waiting.is_empty() && state.is_open_for(access);
        if is_free {
            state.enter(access);
        }
        is_free
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let woken = {
            let mut state = self.state.lock().unwrap();
            change(&mut state);
            state.let_in()
        };
        woken.into_iter().for_each(Waker::wake);
    }
}

impl<'a> WritePermit<'a> {
    /// Makes a reader of the writer. No writer gets in meanwhile, and the first readers that wait get in as well.
    pub fn downgrade(self) -> ReadPermit<'a> {
        let lock = self.lock;
        // In one step, and not in the two of `drop` and `read`.
        mem::forget(self);
        lock.change(|state| {
            state.leave(Access::Write);
            state.enter(Access::Read);
        });
        ReadPermit { lock }
    }
}

impl Wait<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let waker = context.waker().clone();
        let mut state = self.lock.state.lock().unwrap();
        let old = match self.ticket {
            None if state.waiting.is_empty() && state.is_open_for(self.access) => {
                state.enter(self.access);
                return Poll::Ready(());
            }
            None => {
                let ticket = state.next_ticket;
                state.next_ticket += 1;
                state.waiting.push_back(Waiting { ticket, access: self.access, waker });
                self.ticket = Some(ticket);
                None
            }
            Some(ticket) => match state.waiting.iter_mut().find(|other| other.ticket == ticket) {
                Some(own) => Some(mem::replace(&mut own.waker, waker)),
                None => {
                    self.ticket = None;
                    return Poll::Ready(());
                }
            },
        };
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl<'a> Future for Read<'a> {
    type Output = ReadPermit<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<ReadPermit<'a>> {
        let lock = self.0.lock;
        self.0.poll(context).map(|()| ReadPermit { lock })
    }
}

impl<'a> Future for Write<'a> {
    type Output = WritePermit<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<WritePermit<'a>> {
        let lock = self.0.lock;
        self.0.poll(context).map(|()| WritePermit { lock })
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut gone = None;
        self.lock.change(|state| match state.waiting.iter().position(|other| other.ticket == ticket) {
            // A writer may have been all that the readers behind it had to wait for.
            Some(place) => gone = state.waiting.remove(place),
            None => state.leave(self.access),
        });
        drop(gone);
    }
}

impl Drop for ReadPermit<'_> {
    fn drop(&mut self) {
        self.lock.change(|state| state.leave(Access::Read));
    }
}

impl Drop for WritePermit<'_> {
    fn drop(&mut self) {
        self.lock.change(|state| state.leave(Access::Write));
    }
}
