//! verdict: failing-test a_refused_take_changes_nothing_at_any_moment
//! Subtracts first and adds it again if there were too few: in between, others see too few pieces.
//!
//! The pieces in a warehouse.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// How many pieces there are of each item.
#[derive(Default)]
pub struct Warehouse {
    pieces: Mutex<BTreeMap<String, i64>>,
}

impl Warehouse {
    pub fn new() -> Self {
        Self::default()
    }

    /// How many pieces of `item` there are.
    pub fn count(&self, item: &str) -> u32 {
        count_in(&self.pieces.lock().unwrap(), item).try_into().unwrap_or(0)
    }

    /// Adds `pieces` pieces of `item`.
    pub fn store(&self, item: &str, pieces: u32) {
        *self.pieces.lock().unwrap().entry(item.to_owned()).or_default() += i64::from(pieces);
    }

    /// Takes `wanted` pieces of `item`, at least one, and returns `true`, or takes none and returns `false` if there are
    /// fewer.
    pub fn take(&self, item: &str, wanted: u32) -> bool {
        let mut pieces = self.pieces.lock().unwrap();
        let left = count_in(&pieces, item) - i64::from(wanted);
        pieces.insert(item.to_owned(), left);
        drop(pieces);
        if left < 0 {
            *self.pieces.lock().unwrap().entry(item.to_owned()).or_default() += i64::from(wanted);
        }
        left >= 0
    }
}

/// The same as `count`, for callers that hold the lock.
fn count_in(pieces: &BTreeMap<String, i64>, item: &str) -> i64 {
    pieces.get(item).copied().unwrap_or(0)
}
