//! verdict: failing-test no_two_orders_get_the_same_number
//! A read lock first and a write lock afterwards: two readers read the same value, then write it in turn.
//!
//! Numbers for orders, given out by several threads.

use std::sync::{Arc, RwLock};

/// Gives out 1, 2, 3, … A clone shares the counter of its original.
#[derive(Clone, Default)]
pub struct OrderNumbers {
    last: Arc<RwLock<u64>>,
}

impl OrderNumbers {
    /// A counter of its own, which has given out no number yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next number. No two orders get the same one.
    pub fn next(&self) -> u64 {
        let number = *self.last.read().unwrap() + 1;
        *self.last.write().unwrap() = number;
        number
    }

    /// The last number that was given out, or 0 if there was none.
    pub fn last(&self) -> u64 {
        *self.last.read().unwrap()
    }
}
