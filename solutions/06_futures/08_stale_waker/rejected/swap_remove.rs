//! verdict: failing-test the_right_tasks_are_woken_after_any_history
//! Keeps an index into the list. When a wait is dropped, `swap_remove` moves another waker, whose wait keeps the old index.
//!
//! A latch: many wait until it is opened, once and for all.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// Closed at first. A clone is the same latch.
#[derive(Clone, Default)]
pub struct Latch {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    open: bool,
    waiting: Vec<Waker>,
}

/// Is ready when the latch is open.
pub struct Wait {
    shared: Arc<Mutex<Shared>>,
    index: Option<usize>,
}

impl Latch {
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the latch and wakes all who wait.
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

    /// Waits until the latch is open.
    pub fn wait(&self) -> Wait {
        Wait { shared: Arc::clone(&self.shared), index: None }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let mut shared = self.shared.lock().unwrap();
        if let Some(index) = self.index
            && index < shared.waiting.len()
        {
            shared.waiting.swap_remove(index);
        }
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
        match self.index {
            Some(index) if index < shared.waiting.len() => shared.waiting[index] = context.waker().clone(),
            _ => {
                self.index = Some(shared.waiting.len());
                shared.waiting.push(context.waker().clone());
            }
        }
        Poll::Pending
    }
}
