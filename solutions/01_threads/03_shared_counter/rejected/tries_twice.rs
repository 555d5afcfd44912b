//! verdict: failing-test three_threads_get_1_to_4
//! Tries `compare_exchange` twice, and then stores the next number without checking.
//!
//! Numbers for orders, given out by several threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Clone, Default)]
/// Gives out 1, 2, 3, … A clone shares the counter of its original.
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
        for _ in 0..2 {
            let last = self.last.load(Ordering::SeqCst);
            if self.last.compare_exchange(last, last + 1, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                return last + 1;
            }
        }
        let number = self.last.load(Ordering::SeqCst) + 1;
        self.last.store(number, Ordering::SeqCst);
        number
    }

    /// The last number that was given out, or 0 if there was none.
    pub fn last(&self) -> u64 {
        self.last.load(Ordering::SeqCst)
    }
}
