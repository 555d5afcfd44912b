//! verdict: failing-test no_two_orders_get_the_same_number
//! Locks rightly, but a clone copies the counter instead of sharing it: every thread begins at 1.
//!
//! Numbers for orders, given out by several threads.

use std::sync::Mutex;

/// Gives out 1, 2, 3, … A clone goes on counting where the original is: both share one counter.
#[derive(Default)]
pub struct OrderNumbers {
    last: Mutex<u64>,
}

impl Clone for OrderNumbers {
    fn clone(&self) -> Self {
        Self { last: Mutex::new(self.last()) }
    }
}

impl OrderNumbers {
    pub fn new() -> Self {
        Self::default()
    }

    /// The next number. No two orders get the same one.
    pub fn next(&self) -> u64 {
        let mut last = self.last.lock().unwrap();
        *last += 1;
        *last
    }

    /// The number given out last; 0 if there was none.
    pub fn last(&self) -> u64 {
        *self.last.lock().unwrap()
    }
}
