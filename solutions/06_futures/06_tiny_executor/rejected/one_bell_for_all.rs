//! verdict: deadlock two_threads_may_block_on_at_once
//! All calls of `block_on` share a `static` flag, so two threads take each other's wake-ups.
//!
//! An executor in two sizes: for one future, and for many tasks on one thread.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};

static RUNG: Mutex<bool> = Mutex::new(false);
static RING: Condvar = Condvar::new();

struct Bell;

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *RUNG.lock().unwrap() = true;
        RING.notify_one();
    }
}

pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Bell));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        let mut rung = RING.wait_while(RUNG.lock().unwrap(), |rung| !*rung).unwrap();
        *rung = false;
    }
}

type Future_ = Pin<Box<dyn Future<Output = ()> + Send>>;

#[derive(Default)]
struct Queue {
    ready: Mutex<VecDeque<Arc<Task>>>,
    more: Condvar,
}

struct Task {
    future: Mutex<Option<Future_>>,
    queued: AtomicBool,
    queue: Arc<Queue>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if !self.queued.swap(true, Ordering::SeqCst) {
            let queue = Arc::clone(&self.queue);
            queue.ready.lock().unwrap().push_back(self);
            queue.more.notify_one();
        }
    }
}

#[derive(Default)]
pub struct Executor {
    queue: Arc<Queue>,
    alive: usize,
}

impl Executor {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn spawn(&mut self, future: impl Future<Output = ()> + Send + 'static) {
        let task = Task {
            future: Mutex::new(Some(Box::pin(future))),
            queued: AtomicBool::new(false),
            queue: Arc::clone(&self.queue),
        };
        self.alive += 1;
        Arc::new(task).wake();
    }

    pub fn run(&mut self) {
        while self.alive > 0 {
            let task = {
                let ready = self.queue.ready.lock().unwrap();
                let mut ready = self.queue.more.wait_while(ready, |ready| ready.is_empty()).unwrap();
                ready.pop_front().expect("somebody was woken")
            };
            task.queued.store(false, Ordering::SeqCst);
            let mut future = task.future.lock().unwrap();
            let Some(polled) = &mut *future else { continue };
            let waker = Waker::from(Arc::clone(&task));
            if polled.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                *future = None;
                self.alive -= 1;
            }
        }
    }
}
