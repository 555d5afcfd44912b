//! verdict: failing-test the_numbers_begin_at_1_and_none_is_left_out
//! `fetch_add` returns the value before the addition: the first order gets number 0.
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
        self.last.fetch_add(1, Ordering::Relaxed)
    }

    /// The last number that was given out, or 0 if there was none.
    pub fn last(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }
}
