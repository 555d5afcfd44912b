//! verdict: failing-test each_warehouse_has_its_own_pieces
//! A `static` map is shared by all warehouses, and each new one empties it.
//!
//! The pieces in a warehouse.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// How many pieces there are of each item.
#[derive(Default)]
pub struct Warehouse;

static PIECES: Mutex<BTreeMap<String, u32>> = Mutex::new(BTreeMap::new());

impl Warehouse {
    pub fn new() -> Self {
        PIECES.lock().unwrap().clear();
        Self
    }

    /// How many pieces of `item` there are.
    pub fn count(&self, item: &str) -> u32 {
        count_in(&PIECES.lock().unwrap(), item)
    }

    /// Adds `pieces` pieces of `item`.
    pub fn store(&self, item: &str, pieces: u32) {
        *PIECES.lock().unwrap().entry(item.to_owned()).or_default() += pieces;
    }

    /// Takes `wanted` pieces of `item`, at least one, and returns `true`, or takes none and returns `false` if there are
    /// fewer.
    pub fn take(&self, item: &str, wanted: u32) -> bool {
        let mut pieces = PIECES.lock().unwrap();
        let left = count_in(&pieces, item);
        if left < wanted {
            return false;
        }
        pieces.insert(item.to_owned(), left - wanted);
        true
    }
}

/// The same as `count`, for callers that hold the lock.
fn count_in(pieces: &BTreeMap<String, u32>, item: &str) -> u32 {
    pieces.get(item).copied().unwrap_or(0)
}
