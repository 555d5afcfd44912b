//! FILL IN what this is.

use std::sync::Mutex;

/// FILL IN what it is for.
#[derive(Default)]
pub struct Counter {
    last: Mutex<u64>,
}

impl Counter {
    /// The next number.
    pub fn increment(&self) -> u64 {
        let mut last = self.last.lock().unwrap();
        *last += 1;
        *last
    }
}
