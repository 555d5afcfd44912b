//! verdict: failing-test clones_share_one_counter
//! Locks correctly, but a clone copies the counter instead of sharing it: each clone gives out the same numbers.
//!
//! Numbers for orders, given out by several threads.

use std::sync::Mutex;

/// Gives out 1, 2, 3, … A clone shares the counter of its original.
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
    /// A counter of its own, which has given out no number yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next number. No two orders get the same one.
    pub fn next(&self) -> u64 {
        let mut last = self.last.lock().unwrap();
        *last += 1;
        *last
    }

    /// The last number that was given out, or 0 if there was none.
    pub fn last(&self) -> u64 {
        *self.last.lock().unwrap()
    }
}
