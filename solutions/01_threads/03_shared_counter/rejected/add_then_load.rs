//! verdict: failing-test no_two_orders_get_the_same_number
//! `fetch_add` counts right, but its result is thrown away; what `load` returns may be another order's number.
//!
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
        self.last.fetch_add(1, Ordering::SeqCst);
        self.last.load(Ordering::SeqCst)
    }

    /// The last number that was given out, or 0 if there was none.
    pub fn last(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }
}
