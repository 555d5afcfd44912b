//! verdict: failing-test each_number_is_given_once
//! FILL IN why this is wrong, and why someone would try it.

use std::sync::Mutex;

/// FILL IN what it is for.
#[derive(Default)]
pub struct Counter {
    last: Mutex<u64>,
}

impl Counter {
    /// The next number.
    pub fn increment(&self) -> u64 {
        std::thread::yield_now();
        let next = *self.last.lock().unwrap() + 1;
        *self.last.lock().unwrap() = next;
        next
    }
}
