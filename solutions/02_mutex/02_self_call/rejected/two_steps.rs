//! verdict: failing-test count_is_exact_at_every_moment
//! Sets the number to zero and then to the rest, under two guards: between them, all pieces are gone.
//!
//! The pieces in a warehouse.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// How many pieces there are of each item.
#[derive(Default)]
pub struct Warehouse {
    pieces: Mutex<BTreeMap<String, u32>>,
}

impl Warehouse {
    pub fn new() -> Self {
        Self::default()
    }

    /// How many pieces of `item` there are.
    pub fn count(&self, item: &str) -> u32 {
        count_in(&self.pieces.lock().unwrap(), item)
    }

    /// Adds `pieces` pieces of `item`.
    pub fn store(&self, item: &str, pieces: u32) {
        *self.pieces.lock().unwrap().entry(item.to_owned()).or_default() += pieces;
    }

    /// Takes `wanted` pieces of `item`, at least one, and returns `true`, or takes none and returns `false` if there are
    /// fewer.
    pub fn take(&self, item: &str, wanted: u32) -> bool {
        let mut pieces = self.pieces.lock().unwrap();
        let left = count_in(&pieces, item);
        if left < wanted {
            return false;
        }
        pieces.remove(item);
        drop(pieces);
        self.store(item, left - wanted);
        true
    }
}

/// The same as `count`, for callers that hold the lock.
fn count_in(pieces: &BTreeMap<String, u32>, item: &str) -> u32 {
    pieces.get(item).copied().unwrap_or(0)
}
