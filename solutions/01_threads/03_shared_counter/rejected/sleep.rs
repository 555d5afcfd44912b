//! verdict: failing-test no_two_orders_get_the_same_number
//! A pause makes the overlap rarer; it does not rule it out.
//!
//! Numbers for orders, given out by several threads.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Gives out 1, 2, 3, … A clone shares the counter of its original.
#[derive(Clone, Default)]
pub struct OrderNumbers {
    last: Arc<Mutex<u64>>,
}

impl OrderNumbers {
    /// A counter of its own, which has given out no number yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next number. No two orders get the same one.
    pub fn next(&self) -> u64 {
        let number = *self.last.lock().unwrap() + 1;
        *self.last.lock().unwrap() = number;
        thread::sleep(Duration::from_millis(10));
        number
    }

    /// The last number that was given out, or 0 if there was none.
    pub fn last(&self) -> u64 {
        *self.last.lock().unwrap()
    }
}
