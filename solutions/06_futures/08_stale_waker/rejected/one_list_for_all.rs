//! verdict: failing-test two_latches_do_not_disturb_each_other
//! All latches share one map, so opening one latch wakes the tasks of all others.
//!
//! A latch: many wait until it is opened, once and for all.

use std::collections::BTreeMap;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
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
}

/// By the key of the `Wait`: the waker of its latest poll.
static WAITING: Mutex<BTreeMap<u64, Waker>> = Mutex::new(BTreeMap::new());
static NEXT_KEY: AtomicU64 = AtomicU64::new(0);

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
            shared.open = true;
            mem::take(&mut *WAITING.lock().unwrap())
        };
        for waker in waiting.into_values() {
            waker.wake();
        }
    }

    /// A future that is ready when the latch is open.
    pub fn wait(&self) -> Wait {
        let key = NEXT_KEY.fetch_add(1, Ordering::Relaxed);
        Wait { shared: Arc::clone(&self.shared), key }
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let shared = self.shared.lock().unwrap();
        if shared.open {
            return Poll::Ready(());
        }
        let replaced = WAITING.lock().unwrap().insert(self.key, context.waker().clone());
        // Dropping a waker may run code of its executor. It runs without the lock.
        drop(shared);
        drop(replaced);
        Poll::Pending
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let removed = WAITING.lock().unwrap().remove(&self.key);
        drop(removed);
    }
}
