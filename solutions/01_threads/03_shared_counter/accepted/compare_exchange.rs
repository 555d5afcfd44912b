//! Numbers for orders, given out by several threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Gives out 1, 2, 3, … A clone shares the counter of its original.
#[derive(Clone, Default)]
pub struct OrderNumbers {
    last: Arc<AtomicU64>,
}

impl OrderNumbers {
    /// A counter of its own, which has given out no number yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next number. No two orders get the same one.
    pub fn next(&self) -> u64 {
        let mut last = self.last.load(Ordering::Relaxed);
        while let Err(now) = self.last.compare_exchange_weak(last, last + 1, Ordering::Relaxed, Ordering::Relaxed) {
            last = now;
        }
        last + 1
    }

    /// The last number that was given out, or 0 if there was none.
    pub fn last(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }
}
