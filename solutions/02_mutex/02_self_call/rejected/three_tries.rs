//! verdict: failing-test a_busy_warehouse_refuses_nothing
//! Counts and takes under two guards, and gives up after three tries, although there are enough pieces.
//!
//! The pieces in a warehouse.

use std::collections::BTreeMap;
use std::sync::Mutex;

#[derive(Default)]
/// How many pieces there are of each item.
pub struct Warehouse {
    pieces: Mutex<BTreeMap<String, u32>>,
}

impl Warehouse {
    pub fn new() -> Self {
        Self::default()
    }

    /// How many pieces of `item` there are.
    pub fn count(&self, item: &str) -> u32 {
        self.pieces.lock().unwrap().get(item).copied().unwrap_or(0)
    }

    /// Adds `pieces` pieces of `item`.
    pub fn store(&self, item: &str, pieces: u32) {
        *self.pieces.lock().unwrap().entry(item.to_owned()).or_default() += pieces;
    }

    /// Takes `wanted` pieces of `item`, at least one, and returns `true`, or takes none and returns `false` if there are
    /// fewer.
    pub fn take(&self, item: &str, wanted: u32) -> bool {
        for _ in 0..3 {
            let seen = self.count(item);
            let Some(rest) = seen.checked_sub(wanted) else { return false };
            let mut pieces = self.pieces.lock().unwrap();
            let left = pieces.entry(item.to_owned()).or_default();
            if *left == seen {
                *left = rest;
                return true;
            }
        }
        false
    }
}
