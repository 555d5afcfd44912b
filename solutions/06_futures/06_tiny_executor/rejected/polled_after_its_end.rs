//! verdict: failing-test a_wake_up_after_the_end_does_no_harm
//! Does not record that a task has ended: a waker that was kept queues the task, and it is polled once more.
//!
//! An executor in two sizes: for one future, and for many tasks on one thread.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
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

/// A task, which is its own waker: to wake it is to put it into the queue.
struct Task {
    future: Mutex<Pin<Box<dyn Future<Output = ()> + Send>>>,
    queue: Sender<Arc<Task>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let queue = self.queue.clone();
        // An error says that the executor is gone, and with it all need to wake.
        let _ = queue.send(self);
    }
}

/// Runs many tasks, on the thread that calls `run`. Each executor is independent of the others.
pub struct Executor {
    /// How many tasks have not ended.
    alive: usize,
    queue: Sender<Arc<Task>>,
    woken: Receiver<Arc<Task>>,
}

impl Default for Executor {
    fn default() -> Self {
        let (queue, woken) = mpsc::channel();
        Self { alive: 0, queue, woken }
    }
}

impl Executor {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a task. Its first poll is in `run`.
    pub fn spawn(&mut self, future: impl Future<Output = ()> + Send + 'static) {
        self.alive += 1;
        let task = Task { future: Mutex::new(Box::pin(future)), queue: self.queue.clone() };
        Arc::new(task).wake();
    }

    /// Runs until every task has ended. Polls a task when it is new or has been woken, in the order of spawns and wake-ups.
    pub fn run(&mut self) {
        while self.alive > 0 {
            let task = self.woken.recv().expect("the executor keeps a sender itself");
            let waker = Waker::from(Arc::clone(&task));
            let mut future = task.future.lock().unwrap();
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                self.alive -= 1;
            }
        }
    }
}
