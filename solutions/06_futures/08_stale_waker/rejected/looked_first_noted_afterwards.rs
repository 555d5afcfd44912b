//! verdict: deadlock
//! Fills its slot after it has checked the latch: if the latch opens in between, it has already emptied all slots.
//!
//! A latch: many wait until it is opened, once and for all.

use std::pin::Pin;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Waker};

/// Closed at first, and open for good once it is opened. A clone is the same latch; each `new` one is another.
#[derive(Clone, Default)]
pub struct Latch {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    open: bool,
    waiting: Vec<Weak<Slot>>,
}

/// Of one `Wait`: the waker of its latest poll.
type Slot = Mutex<Option<Waker>>;

/// Ready when the latch is open. Keeps the waker of its latest poll, and none once it is dropped.
pub struct Wait {
    shared: Arc<Mutex<Shared>>,
    slot: Arc<Slot>,
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
            std::mem::take(&mut shared.waiting)
        };
        for slot in waiting.iter().filter_map(Weak::upgrade) {
            let waker = slot.lock().unwrap().take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    /// A future that is ready when the latch is open.
    pub fn wait(&self) -> Wait {
        let slot = Arc::new(Slot::default());
        let mut shared = self.shared.lock().unwrap();
        shared.waiting.retain(|slot| slot.strong_count() > 0);
        shared.waiting.push(Arc::downgrade(&slot));
        Wait { shared: Arc::clone(&self.shared), slot }
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.shared.lock().unwrap().open {
            return Poll::Ready(());
        }
        *self.slot.lock().unwrap() = Some(context.waker().clone());
        Poll::Pending
    }
}
