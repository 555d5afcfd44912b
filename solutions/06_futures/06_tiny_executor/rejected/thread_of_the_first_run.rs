//! verdict: deadlock run_polls_on_the_thread_that_calls_it
//! Always wakes the thread of the first `run`. A later `run` on another thread is never woken.
//!
//! An executor in two sizes: for one future, and for many tasks on one thread.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
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

/// The tasks that have been woken, and the thread that runs them.
#[derive(Default)]
struct Ready {
    tasks: Mutex<VecDeque<Arc<Task>>>,
    runner: Mutex<Option<Thread>>,
}

struct Task {
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    ready: Arc<Ready>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let ready = Arc::clone(&self.ready);
        ready.tasks.lock().unwrap().push_back(self);
        if let Some(runner) = &*ready.runner.lock().unwrap() {
            runner.unpark();
        }
    }
}

/// Runs many tasks, on the thread that calls `run`. Each executor is independent of the others.
#[derive(Default)]
pub struct Executor {
    tasks: usize,
    ready: Arc<Ready>,
}

impl Executor {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a task. Its first poll is in `run`.
    pub fn spawn(&mut self, future: impl Future<Output = ()> + Send + 'static) {
        self.tasks += 1;
        Arc::new(Task { future: Mutex::new(Some(Box::pin(future))), ready: Arc::clone(&self.ready) }).wake();
    }

    /// Runs until every task has ended. Polls a task when it is new or has been woken, in the order of spawns and wake-ups.
    pub fn run(&mut self) {
        self.ready.runner.lock().unwrap().get_or_insert_with(thread::current);
        while self.tasks > 0 {
            let next = self.ready.tasks.lock().unwrap().pop_front();
            let Some(task) = next else {
                thread::park();
                continue;
            };
            let waker = Waker::from(Arc::clone(&task));
            let mut slot = task.future.lock().unwrap();
            let Some(future) = slot.as_mut() else { continue };
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                *slot = None;
                self.tasks -= 1;
            }
        }
    }
}
