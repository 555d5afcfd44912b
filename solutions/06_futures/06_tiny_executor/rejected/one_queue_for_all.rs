//! verdict: failing-test two_executors_do_not_disturb_each_other
//! The queue is a `static`, so one executor takes the tasks of another one.
//!
//! An executor in two sizes: for one future, and for many tasks on one thread.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};

#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    ring: Condvar,
}

impl Bell {
    fn wait(&self) {
        let mut rung = self.rung.lock().unwrap();
        while !*rung {
            rung = self.ring.wait(rung).unwrap();
        }
        *rung = false;
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.rung.lock().unwrap() = true;
        self.ring.notify_one();
    }
}

pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        bell.wait();
    }
}

static READY: Mutex<VecDeque<Arc<Task>>> = Mutex::new(VecDeque::new());
static MORE: Condvar = Condvar::new();

struct Task {
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        READY.lock().unwrap().push_back(self);
        MORE.notify_one();
    }
}

#[derive(Default)]
pub struct Executor {
    alive: usize,
}

impl Executor {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn spawn(&mut self, future: impl Future<Output = ()> + Send + 'static) {
        let future: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(future);
        self.alive += 1;
        Arc::new(Task { future: Mutex::new(Some(future)) }).wake();
    }

    pub fn run(&mut self) {
        while self.alive > 0 {
            let task = {
                let mut ready = MORE.wait_while(READY.lock().unwrap(), |ready| ready.is_empty()).unwrap();
                ready.pop_front().expect("somebody was woken")
            };
            let waker = Waker::from(Arc::clone(&task));
            let mut future = task.future.lock().unwrap();
            let Some(polled) = &mut *future else { continue };
            if polled.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                *future = None;
                self.alive -= 1;
            }
        }
    }
}
