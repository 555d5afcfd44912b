//! A read-write lock for tasks. It needs no runtime. What it protects is the caller's, such as files.
//!
//! It is a fair semaphore: a reader takes one permit, a writer takes all of them.

use std::collections::VecDeque;
use std::mem;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

const READ: u64 = 1;
const WRITE: u64 = u64::MAX;

/// Lets in readers at the same time, or one writer alone, in the order of arrival.
///
/// Its futures and permits may move to other threads, as tasks do.
pub struct RwLock {
    state: Mutex<State>,
}

struct State {
    free: u64,
    waiting: VecDeque<Waiting>,
    arrivals: u64,
}

struct Waiting {
    arrival: u64,
    needs: u64,
    waker: Waker,
}

/// Permits that were acquired. Dropping them gives them back.
struct Permits<'a> {
    lock: &'a RwLock,
    number: u64,
}

/// Waits for permits.
struct Acquire<'a> {
    lock: &'a RwLock,
    needs: u64,
    arrival: Option<u64>,
}

/// Waits until it may read. Made by [`RwLock::read`].
#[must_use]
pub struct Read<'a>(Acquire<'a>);

/// Waits until it may write. Made by [`RwLock::write`].
#[must_use]
pub struct Write<'a>(Acquire<'a>);

/// While it exists, nobody writes.
#[must_use]
pub struct ReadPermit<'a>(#[allow(dead_code)] Permits<'a>);

/// While it exists, nobody else reads or writes.
#[must_use]
pub struct WritePermit<'a>(Permits<'a>);

impl Default for RwLock {
    fn default() -> Self {
        Self { state: Mutex::new(State { free: WRITE, waiting: VecDeque::new(), arrivals: 0 }) }
    }
}

impl RwLock {
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits for those that came before it and write. The place in the queue is taken when the future is polled first.
    pub fn read(&self) -> Read<'_> {
        Read(Acquire { lock: self, needs: READ, arrival: None })
    }

    /// Waits for all that came before it. The place in the queue is taken when the future is polled first.
    pub fn write(&self) -> Write<'_> {
        Write(Acquire { lock: self, needs: WRITE, arrival: None })
    }

    /// A permit, if `read` would not have to wait.
    pub fn try_read(&self) -> Option<ReadPermit<'_>> {
        self.try_acquire(READ).map(ReadPermit)
    }

    /// A permit, if `write` would not have to wait.
    pub fn try_write(&self) -> Option<WritePermit<'_>> {
        self.try_acquire(WRITE).map(WritePermit)
    }

    fn try_acquire(&self, number: u64) -> Option<Permits<'_>> {
        let mut state = self.state.lock().unwrap();
        if !state.waiting.is_empty() || state.free < number {
            return None;
        }
        state.free -= number;
        Some(Permits { lock: self, number })
    }

    /// Changes the state, and then hands out what there is.
    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut woken = Vec::new();
        {
            let mut state = self.state.lock().unwrap();
            change(&mut state);
            while state.waiting.front().is_some_and(|first| first.needs <= state.free) {
                let first = state.waiting.pop_front().expect("there is a first one");
                state.free -= first.needs;
                woken.push(first.waker);
            }
        }
        woken.into_iter().for_each(Waker::wake);
    }
}

impl<'a> Acquire<'a> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Permits<'a>> {
        let (lock, number) = (self.lock, self.needs);
        let mut waker = context.waker().clone();
        let Some(arrival) = self.arrival else {
            let mut state = lock.state.lock().unwrap();
            if state.waiting.is_empty() && state.free >= number {
                state.free -= number;
                return Poll::Ready(Permits { lock, number });
            }
            let arrival = state.arrivals;
            state.arrivals += 1;
            state.waiting.push_back(Waiting { arrival, needs: number, waker });
            self.arrival = Some(arrival);
            return Poll::Pending;
        };
        {
            let mut state = lock.state.lock().unwrap();
            if let Some(own) = state.waiting.iter_mut().find(|waiting| waiting.arrival == arrival) {
                mem::swap(&mut own.waker, &mut waker);
                return Poll::Pending;
            }
        }
        self.arrival = None;
        Poll::Ready(Permits { lock, number })
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(arrival) = self.arrival else { return };
        let mut left = None;
        self.lock.change(|state| match state.waiting.iter().position(|waiting| waiting.arrival == arrival) {
            Some(place) => left = state.waiting.remove(place),
            None => state.free += self.needs,
        });
        drop(left);
    }
}

impl<'a> WritePermit<'a> {
    /// Makes a reader of the writer. No writer gets in meanwhile, and the first readers that wait get in as well.
    pub fn downgrade(mut self) -> ReadPermit<'a> {
        let lock = self.0.lock;
        self.0.number = 0;
        lock.change(|state| state.free += WRITE - READ);
        ReadPermit(Permits { lock, number: READ })
    }
}

impl<'a> Future for Read<'a> {
    type Output = ReadPermit<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<ReadPermit<'a>> {
        self.0.poll(context).map(ReadPermit)
    }
}

impl<'a> Future for Write<'a> {
    type Output = WritePermit<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<WritePermit<'a>> {
        self.0.poll(context).map(WritePermit)
    }
}

impl Drop for Permits<'_> {
    fn drop(&mut self) {
        self.lock.change(|state| state.free += self.number);
    }
}
