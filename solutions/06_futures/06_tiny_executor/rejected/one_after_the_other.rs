//! verdict: failing-test tasks_take_turns
//! Runs each task to its end before the next one begins. A first task that waits for the second never ends.
//!
//! An executor in two sizes: for one future, and for many tasks on one thread.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Wakes the thread that polls.
struct Parked {
    thread: Thread,
    /// `park` may return for no reason, and `unpark` may be somebody else's.
    woken: AtomicBool,
}

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Runs one future to its end, on this thread. Sleeps until the future is woken, and then polls it again.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let parked = Arc::new(Parked { thread: thread::current(), woken: AtomicBool::new(false) });
    let waker = Waker::from(Arc::clone(&parked));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        // Woken before it parks? Then `park` returns at once.
        while !parked.woken.swap(false, Ordering::Acquire) {
            thread::park();
        }
    }
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs many tasks, on the thread that calls `run`. Each executor is independent of the others.
#[derive(Default)]
pub struct Executor {
    queue: VecDeque<Task>,
}

impl Executor {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a task. Its first poll is in `run`.
    pub fn spawn(&mut self, future: impl Future<Output = ()> + Send + 'static) {
        self.queue.push_back(Box::pin(future));
    }

    /// Runs until every task has ended. Polls a task when it is new or has been woken, in the order of spawns and wake-ups.
    pub fn run(&mut self) {
        while let Some(task) = self.queue.pop_front() {
            block_on(task);
        }
    }
}
