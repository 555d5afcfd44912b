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
    /// By the place of the `Wait`: of each the waker of its latest poll. A free place is `None`.
    waiting: Vec<Option<Waker>>,
}

/// Ready when the latch is open. Keeps the waker of its latest poll, and none once it is dropped.
pub struct Wait {
    shared: Arc<Mutex<Shared>>,
    place: Option<usize>,
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
        for waker in waiting.into_iter().flatten() {
            waker.wake();
        }
    }

    /// A future that is ready when the latch is open.
    pub fn wait(&self) -> Wait {
        Wait { shared: Arc::clone(&self.shared), place: None }
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
        let waiting = &mut shared.waiting;
        let place = *self.place.get_or_insert_with(|| {
            waiting.iter().position(Option::is_none).unwrap_or_else(|| {
                waiting.push(None);
                waiting.len() - 1
            })
        });
        waiting[place] = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let mut shared = self.shared.lock().unwrap();
        if !shared.open
            && let Some(place) = self.place
        {
            shared.waiting[place] = None;
        }
    }
}
