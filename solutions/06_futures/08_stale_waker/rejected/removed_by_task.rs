//! verdict: failing-test two_waits_of_one_task_are_two
//! A dropped wait removes all wakers of its task, and so those of the task's other waits.
//!
//! A latch: many wait until it is opened, once and for all.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// Closed at first, and open for good once it is opened. A clone is the same latch; each `new` one is another.
#[derive(Clone, Default)]
pub struct Latch {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    open: bool,
    waiting: Vec<Waker>,
}

/// Ready when the latch is open. Keeps the waker of its latest poll, and none once it is dropped.
pub struct Wait {
    shared: Arc<Mutex<Shared>>,
    waker: Option<Waker>,
}

impl Latch {
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the latch and wakes every task that waits. A second call changes nothing.
    pub fn open(&self) {
        let waiting = {
            let mut shared = self.shared.lock().unwrap();
            shared.open = true;
            mem::take(&mut shared.waiting)
        };
        for waker in waiting {
            waker.wake();
        }
    }

    /// A future that is ready when the latch is open.
    pub fn wait(&self) -> Wait {
        Wait { shared: Arc::clone(&self.shared), waker: None }
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let shared = Arc::clone(&self.shared);
        let mut shared = shared.lock().unwrap();
        if shared.open {
            return Poll::Ready(());
        }
        if let Some(old) = self.waker.replace(context.waker().clone()) {
            shared.waiting.retain(|waker| !waker.will_wake(&old));
        }
        shared.waiting.push(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        if let Some(old) = &self.waker {
            self.shared.lock().unwrap().waiting.retain(|waker| !waker.will_wake(old));
        }
    }
}
