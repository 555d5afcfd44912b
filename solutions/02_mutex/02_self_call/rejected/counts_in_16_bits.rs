//! verdict: failing-test there_may_be_as_many_pieces_as_a_u32_can_count
//! Keeps the pieces as `u16`, which is enough for the examples.
//!
//! The pieces in a warehouse.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// How many pieces there are of each item.
#[derive(Default)]
pub struct Warehouse {
    pieces: Mutex<BTreeMap<String, u16>>,
}

impl Warehouse {
    pub fn new() -> Self {
        Self::default()
    }

    /// How many pieces of `item` there are.
    pub fn count(&self, item: &str) -> u32 {
        count_in(&self.pieces.lock().unwrap(), item).into()
    }

    /// Adds `pieces` pieces of `item`.
    pub fn store(&self, item: &str, pieces: u32) {
        *self.pieces.lock().unwrap().entry(item.to_owned()).or_default() += pieces as u16;
    }

    /// Takes `wanted` pieces of `item`, at least one, and returns `true`, or takes none and returns `false` if there are
    /// fewer.
    pub fn take(&self, item: &str, wanted: u32) -> bool {
        let mut pieces = self.pieces.lock().unwrap();
        let left = u32::from(count_in(&pieces, item));
        if left < wanted {
            return false;
        }
        pieces.insert(item.to_owned(), (left - wanted) as u16);
        true
    }
}

/// The same as `count`, for callers that hold the lock.
fn count_in(pieces: &BTreeMap<String, u16>, item: &str) -> u16 {
    pieces.get(item).copied().unwrap_or(0)
}
