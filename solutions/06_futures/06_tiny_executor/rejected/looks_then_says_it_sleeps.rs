//! verdict: deadlock run_sleeps_until_a_thread_wakes_a_task
//! Wakers unpark only an executor that is marked as asleep, and `run` sets the mark after it has checked the queue.
//!
//! An executor in two sizes: for one future, and for many tasks on one thread.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

struct Unpark {
    woken: AtomicBool,
    thread: Thread,
}

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let unpark = Arc::new(Unpark { woken: AtomicBool::new(false), thread: thread::current() });
    let waker = Waker::from(Arc::clone(&unpark));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        while !unpark.woken.swap(false, Ordering::SeqCst) {
            thread::park();
        }
    }
}

/// Numbers of tasks that were woken, and who sends them.
#[derive(Default)]
struct Ready {
    queue: Mutex<VecDeque<usize>>,
    sleeper: Mutex<Option<Thread>>,
}

struct Number {
    number: usize,
    ready: Arc<Ready>,
}

impl Wake for Number {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut queue = self.ready.queue.lock().unwrap();
        if !queue.contains(&self.number) {
            queue.push_back(self.number);
        }
        drop(queue);
        let sleeper = self.ready.sleeper.lock().unwrap().clone();
        if let Some(thread) = sleeper {
            thread.unpark();
        }
    }
}

#[derive(Default)]
pub struct Executor {
    tasks: Vec<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    ready: Arc<Ready>,
}

impl Executor {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn spawn(&mut self, future: impl Future<Output = ()> + Send + 'static) {
        self.ready.queue.lock().unwrap().push_back(self.tasks.len());
        self.tasks.push(Some(Box::pin(future)));
    }

    pub fn run(&mut self) {
        let mut left = self.tasks.iter().flatten().count();
        while left > 0 {
            let next = self.ready.queue.lock().unwrap().pop_front();
            let Some(number) = next else {
                *self.ready.sleeper.lock().unwrap() = Some(thread::current());
                thread::park();
                *self.ready.sleeper.lock().unwrap() = None;
                continue;
            };
            let waker = Waker::from(Arc::new(Number { number, ready: Arc::clone(&self.ready) }));
            let task = &mut self.tasks[number];
            let Some(future) = task else { continue };
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                *task = None;
                left -= 1;
            }
        }
    }
}
