//! A read-write lock for tasks. It needs no runtime. What it protects is the caller's, such as files.

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

#[derive(Default)]
struct State {
    readers: usize,
    is_writing: bool,
    waiting: Vec<Waker>,
}

/// Waits until it may read. Made by [`RwLock::read`].
#[must_use]
pub struct Read<'a> {
    lock: &'a RwLock,
}

/// Waits until it may write. Made by [`RwLock::write`].
#[must_use]
pub struct Write<'a> {
    lock: &'a RwLock,
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
        Read { lock: self }
    }

    /// Waits for all that came before it. The place in the queue is taken when the future is polled first.
    pub fn write(&self) -> Write<'_> {
        Write { lock: self }
    }

    /// A permit, if `read` would not have to wait.
    pub fn try_read(&self) -> Option<ReadPermit<'_>> {
        let mut state = self.state.lock().unwrap();
        // TODO: writers may wait.
        if state.is_writing {
            return None;
        }
        state.readers += 1;
        Some(ReadPermit { lock: self })
    }

    /// A permit, if `write` would not have to wait.
    pub fn try_write(&self) -> Option<WritePermit<'_>> {
        let mut state = self.state.lock().unwrap();
        if state.is_writing || state.readers > 0 {
            return None;
        }
        state.is_writing = true;
        Some(WritePermit { lock: self })
    }
}

impl<'a> WritePermit<'a> {
    /// Makes a reader of the writer. No writer gets in meanwhile, and the first readers that wait get in as well.
    pub fn downgrade(self) -> ReadPermit<'a> {
        let lock = self.lock;
        drop(self);
        // TODO: who may have got in by now?
        lock.state.lock().unwrap().readers += 1;
        ReadPermit { lock }
    }
}

impl<'a> Future for Read<'a> {
    type Output = ReadPermit<'a>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<ReadPermit<'a>> {
        if let Some(permit) = self.lock.try_read() {
            return Poll::Ready(permit);
        }
        // TODO: which future does this waker belong to, and what came in since the line above?
        self.lock.state.lock().unwrap().waiting.push(context.waker().clone());
        Poll::Pending
    }
}

impl<'a> Future for Write<'a> {
    type Output = WritePermit<'a>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<WritePermit<'a>> {
        if let Some(permit) = self.lock.try_write() {
            return Poll::Ready(permit);
        }
        self.lock.state.lock().unwrap().waiting.push(context.waker().clone());
        Poll::Pending
    }
}

// TODO: what must happen when a `Read` or a `Write` is dropped, while it waits or after it was let in?

impl Drop for ReadPermit<'_> {
    fn drop(&mut self) {
        let mut state = self.lock.state.lock().unwrap();
        state.readers -= 1;
        // TODO: whose turn is it? And a waker is foreign code, which may call this lock.
        state.waiting.drain(..).for_each(Waker::wake);
    }
}

impl Drop for WritePermit<'_> {
    fn drop(&mut self) {
        let mut state = self.lock.state.lock().unwrap();
        state.is_writing = false;
        state.waiting.drain(..).for_each(Waker::wake);
    }
}
