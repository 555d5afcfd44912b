//! verdict: failing-test last_is_never_behind_a_number_that_was_given_out
//! Two atomics: a slow thread overwrites the last number with its own, lower one.
//!
//! Numbers for orders, given out by several threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Gives out 1, 2, 3, … A clone shares the counter of its original.
#[derive(Clone, Default)]
pub struct OrderNumbers {
    counter: Arc<AtomicU64>,
    last: Arc<AtomicU64>,
}

impl OrderNumbers {
    /// A counter of its own, which has given out no number yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next number. No two orders get the same one.
    pub fn next(&self) -> u64 {
        let number = self.counter.fetch_add(1, Ordering::SeqCst) + 1;
        self.last.store(number, Ordering::SeqCst);
        number
    }

    /// The last number that was given out, or 0 if there was none.
    pub fn last(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }
}
