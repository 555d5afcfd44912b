//! verdict: failing-test two_counters_do_not_disturb_each_other
//! A `static` is shared by all counters, and `new` sets it back to 0.
//!
//! Numbers for orders, given out by several threads.

use std::sync::atomic::{AtomicU64, Ordering};

static LAST: AtomicU64 = AtomicU64::new(0);

/// Gives out 1, 2, 3, … A clone shares the counter of its original.
#[derive(Clone)]
pub struct OrderNumbers;

impl OrderNumbers {
    /// A counter of its own, which has given out no number yet.
    #[expect(clippy::new_without_default)]
    pub fn new() -> Self {
        LAST.store(0, Ordering::SeqCst);
        Self
    }

    /// The next number. No two orders get the same one.
    pub fn next(&self) -> u64 {
        LAST.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// The last number that was given out, or 0 if there was none.
    pub fn last(&self) -> u64 {
        LAST.load(Ordering::SeqCst)
    }
}
