//! verdict: failing-test no_two_orders_get_the_same_number
//! The increment is whole now, but the number is read under a second guard: by then it may be another order's.
//!
//! Numbers for orders, given out by several threads.

use std::sync::{Arc, Mutex};

/// Gives out 1, 2, 3, … A clone goes on counting where the original is: both share one counter.
#[derive(Clone, Default)]
pub struct OrderNumbers {
    last: Arc<Mutex<u64>>,
}

impl OrderNumbers {
    pub fn new() -> Self {
        Self::default()
    }

    /// The next number. No two orders get the same one.
    pub fn next(&self) -> u64 {
        *self.last.lock().unwrap() += 1;
        *self.last.lock().unwrap()
    }

    /// The number given out last; 0 if there was none.
    pub fn last(&self) -> u64 {
        *self.last.lock().unwrap()
    }
}
