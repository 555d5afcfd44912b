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
        let next = *self.last.lock().unwrap() + 1;
        // TODO: FILL IN, on the line where the learner has work to do.
        *self.last.lock().unwrap() = next;
        next
    }
}
