//! verdict: panic a_latch_may_be_opened_twice
//! Panics at a second call of `open`, which is allowed.
//!
//! A latch: many wait until it is opened, once and for all.

use std::collections::HashMap;
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
    next_key: u64,
    /// By the key of the `Wait`: of each the waker of its latest poll.
    waiting: HashMap<u64, Waker>,
}

/// Ready when the latch is open. Keeps the waker of its latest poll, and none once it is dropped.
pub struct Wait {
    shared: Arc<Mutex<Shared>>,
    key: u64,
}

impl Latch {
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the latch and wakes every task that waits. A second call changes nothing.
    pub fn open(&self) {
        let waiting = {
            let mut shared = self.shared.lock().unwrap();
            assert!(!shared.open, "the latch is open already");
            shared.open = true;
            mem::take(&mut shared.waiting)
        };
        for waker in waiting.into_values() {
            waker.wake();
        }
    }

    /// A future that is ready when the latch is open.
    pub fn wait(&self) -> Wait {
        let mut shared = self.shared.lock().unwrap();
        let key = shared.next_key;
        shared.next_key += 1;
        Wait { shared: Arc::clone(&self.shared), key }
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut shared = self.shared.lock().unwrap();
        if shared.open {
            return Poll::Ready(());
        }
        let replaced = shared.waiting.insert(self.key, context.waker().clone());
        // Dropping a waker may run code of its executor. It runs without the lock.
        drop(shared);
        drop(replaced);
        Poll::Pending
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let removed = self.shared.lock().unwrap().waiting.remove(&self.key);
        drop(removed);
    }
}
