//! An executor in two sizes: for one future, and for many tasks on one thread.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Runs one future to its end, on this thread. Sleeps until the future is woken, and then polls it again.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        // TODO: polls again at once, whether or not the future was woken.
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
        let mut context = Context::from_waker(Waker::noop());
        while let Some(mut task) = self.queue.pop_front() {
            if task.as_mut().poll(&mut context).is_pending() {
                // TODO: goes back into the queue, although it was not woken.
                self.queue.push_back(task);
            }
        }
    }
}
