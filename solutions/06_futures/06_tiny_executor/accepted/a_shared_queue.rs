//! An executor in two sizes: for one future, and for many tasks on one thread.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// Wakes the thread that polls.
#[derive(Default)]
struct Signal {
    woken: Mutex<bool>,
    changed: Condvar,
}

impl Signal {
    fn wait(&self) {
        let mut woken = self.changed.wait_while(self.woken.lock().unwrap(), |woken| !*woken).unwrap();
        *woken = false;
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        *self.woken.lock().unwrap() = true;
        self.changed.notify_one();
    }
}

/// Runs one future to its end, on this thread. Sleeps until the future is woken, and then polls it again.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let signal = Arc::new(Signal::default());
    let waker = Waker::from(Arc::clone(&signal));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        signal.wait();
    }
}

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The numbers of the tasks that have been woken.
#[derive(Default)]
struct Queue {
    numbers: Mutex<VecDeque<usize>>,
    changed: Condvar,
}

impl Queue {
    fn push(&self, number: usize) {
        self.numbers.lock().unwrap().push_back(number);
        self.changed.notify_one();
    }

    fn pop(&self) -> usize {
        let empty = |numbers: &mut VecDeque<usize>| numbers.is_empty();
        let mut numbers = self.changed.wait_while(self.numbers.lock().unwrap(), empty).unwrap();
        numbers.pop_front().expect("it is not empty")
    }
}

struct Number(usize, Arc<Queue>);

impl Wake for Number {
    fn wake(self: Arc<Self>) {
        self.1.push(self.0);
    }
}

/// Runs many tasks, on the thread that calls `run`. Each executor is independent of the others.
#[derive(Default)]
pub struct Executor {
    tasks: Vec<Option<Running>>,
    queue: Arc<Queue>,
}

impl Executor {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a task. Its first poll is in `run`.
    pub fn spawn(&mut self, future: impl Future<Output = ()> + Send + 'static) {
        self.queue.push(self.tasks.len());
        self.tasks.push(Some(Box::pin(future)));
    }

    /// Runs until every task has ended. Polls a task when it is new or has been woken, in the order of spawns and wake-ups.
    pub fn run(&mut self) {
        while self.tasks.iter().any(Option::is_some) {
            let number = self.queue.pop();
            let waker = Waker::from(Arc::new(Number(number, Arc::clone(&self.queue))));
            if let Some(task) = &mut self.tasks[number]
                && task.as_mut().poll(&mut Context::from_waker(&waker)).is_ready()
            {
                self.tasks[number] = None;
            }
        }
    }
}
