//! verdict: failing-test a_wait_keeps_one_waker
//! Pushes a waker at each poll: the latest is in the list, and so are all earlier ones.
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
        Wait { shared: Arc::clone(&self.shared) }
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut shared = self.shared.lock().unwrap();
        if shared.open {
            return Poll::Ready(());
        }
        shared.waiting.push(context.waker().clone());
        Poll::Pending
    }
}
