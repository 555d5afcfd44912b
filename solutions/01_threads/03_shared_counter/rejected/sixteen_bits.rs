//! verdict: failing-test the_numbers_begin_at_1_and_none_is_left_out
//! Counts in a `u16`: after 65,535 comes 0.
//!
//! Numbers for orders, given out by several threads.

use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
/// Gives out 1, 2, 3, … A clone shares the counter of its original.
pub struct OrderNumbers {
    last: Arc<Mutex<u16>>,
}

impl OrderNumbers {
    /// A counter of its own, which has given out no number yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next number. No two orders get the same one.
    pub fn next(&self) -> u64 {
        let mut last = self.last.lock().unwrap();
        *last = last.wrapping_add(1);
        (*last).into()
    }

    /// The last number that was given out, or 0 if there was none.
    pub fn last(&self) -> u64 {
        (*self.last.lock().unwrap()).into()
    }
}
