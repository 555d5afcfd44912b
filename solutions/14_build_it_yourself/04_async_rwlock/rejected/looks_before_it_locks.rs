//! verdict: failing-test a_writer_that_is_dropped_as_it_is_let_in_keeps_nobody_out
//! Looks whether it was let in, and then locks to leave the queue. If it is let in between, it is in forever.
//!
//! A read-write lock for tasks. It needs no runtime. What it protects is the caller's, such as files.

use std::collections::VecDeque;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, RwLock as Inner};
use std::task::{Context, Poll, Waker};

/// Lets in readers at the same time, or one writer alone, in the order of arrival.
///
/// Its futures and permits may move to other threads, as tasks do.
#[derive(Default)]
pub struct RwLock {
    state: Inner<State>,
}

/// Who is in: readers, or `WRITER`.
#[derive(Default)]
struct State {
    inside: usize,
    queue: VecDeque<Arc<Slot>>,
}

const WRITER: usize = usize::MAX;

struct Slot {
    writes: bool,
    /// What the future waits with, until it is let in. Locked after `state`, if at all.
    waker: Mutex<Option<Waker>>,
}

impl Slot {
    fn waker(&self) -> MutexGuard<'_, Option<Waker>> {
        self.waker.lock().unwrap()
    }
}

impl State {
    /// Whether one got in.
    fn enter(&mut self, writes: bool) -> bool {
        match (self.inside, writes) {
            (0, true) => self.inside = WRITER,
            (WRITER, _) | (_, true) => return false,
            (_, false) => self.inside += 1,
        }
        true
    }

    fn leave(&mut self) {
        self.inside = if self.inside == WRITER { 0 } else { self.inside - 1 };
    }

    fn try_enter(&mut self, writes: bool) -> bool {
        self.queue.is_empty() && self.enter(writes)
    }

    fn let_in(&mut self) -> Vec<Option<Waker>> {
        let mut wakers = Vec::new();
        while let Some(first) = self.queue.front().cloned()
            && self.enter(first.writes)
        {
            wakers.push(first.waker().take());
            self.queue.pop_front();
        }
        wakers
    }
}

impl RwLock {
    /// Changes the state, lets in those whose turn it is then, unlocks, and wakes them.
    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.write().unwrap();
        change(&mut state);
        let wakers = state.let_in();
        drop(state);
        wakers.into_iter().flatten().for_each(Waker::wake);
    }

    fn poll(&self, slot: &mut Option<Arc<Slot>>, writes: bool, context: &mut Context<'_>) -> Poll<()> {
        if let Some(waiting) = slot {
            let mut waker = waiting.waker();
            if waker.is_some() {
                let old = mem::replace(&mut *waker, Some(context.waker().clone()));
                drop(waker);
                drop(old);
                return Poll::Pending;
            }
            drop(waker);
            *slot = None;
            return Poll::Ready(());
        }
        let mut state = self.state.write().unwrap();
        if state.try_enter(writes) {
            return Poll::Ready(());
        }
        let waiting = Arc::new(Slot { writes, waker: Mutex::new(Some(context.waker().clone())) });
        state.queue.push_back(Arc::clone(&waiting));
        *slot = Some(waiting);
        Poll::Pending
    }

    fn dropped(&self, slot: &mut Option<Arc<Slot>>) {
        let Some(slot) = slot.take() else { return };
        let was_let_in = slot.waker().is_none();
        self.change(|state| {
            if was_let_in {
                state.leave();
            } else {
                state.queue.retain(|other| !Arc::ptr_eq(other, &slot));
            }
        });
    }
}

/// Waits until it may read. Made by [`RwLock::read`].
#[must_use]
pub struct Read<'a> {
    lock: &'a RwLock,
    slot: Option<Arc<Slot>>,
}

/// Waits until it may write. Made by [`RwLock::write`].
#[must_use]
pub struct Write<'a> {
    lock: &'a RwLock,
    slot: Option<Arc<Slot>>,
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
        Read { lock: self, slot: None }
    }

    /// Waits for all that came before it. The place in the queue is taken when the future is polled first.
    pub fn write(&self) -> Write<'_> {
        Write { lock: self, slot: None }
    }

    /// A permit, if `read` would not have to wait.
    pub fn try_read(&self) -> Option<ReadPermit<'_>> {
        let enters = self.state.write().unwrap().try_enter(false);
        enters.then(|| ReadPermit { lock: self })
    }

    /// A permit, if `write` would not have to wait.
    pub fn try_write(&self) -> Option<WritePermit<'_>> {
        let enters = self.state.write().unwrap().try_enter(true);
        enters.then(|| WritePermit { lock: self })
    }
}

impl<'a> WritePermit<'a> {
    /// Makes a reader of the writer. No writer gets in meanwhile, and the first readers that wait get in as well.
    pub fn downgrade(self) -> ReadPermit<'a> {
        let lock = self.lock;
        mem::forget(self);
        lock.change(|state| state.inside = 1);
        ReadPermit { lock }
    }
}

impl<'a> Future for Read<'a> {
    type Output = ReadPermit<'a>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<ReadPermit<'a>> {
        let Self { lock, slot } = self.get_mut();
        lock.poll(slot, false, context).map(|()| ReadPermit { lock: *lock })
    }
}

impl<'a> Future for Write<'a> {
    type Output = WritePermit<'a>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<WritePermit<'a>> {
        let Self { lock, slot } = self.get_mut();
        lock.poll(slot, true, context).map(|()| WritePermit { lock: *lock })
    }
}

impl Drop for Read<'_> {
    fn drop(&mut self) {
        self.lock.dropped(&mut self.slot);
    }
}

impl Drop for Write<'_> {
    fn drop(&mut self) {
        self.lock.dropped(&mut self.slot);
    }
}

impl Drop for ReadPermit<'_> {
    fn drop(&mut self) {
        self.lock.change(State::leave);
    }
}

impl Drop for WritePermit<'_> {
    fn drop(&mut self) {
        self.lock.change(State::leave);
    }
}
