//! verdict: failing-test the_last_pieces_are_taken_once
//! Works on a copy of the map and writes it back, which overwrites what others changed meanwhile.
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
        self.pieces.lock().unwrap().get(item).copied().unwrap_or(0)
    }

    /// Adds `pieces` pieces of `item`.
    pub fn store(&self, item: &str, pieces: u32) {
        *self.pieces.lock().unwrap().entry(item.to_owned()).or_default() += pieces;
    }

    /// Takes `wanted` pieces of `item`, at least one, and returns `true`, or takes none and returns `false` if there are
    /// fewer.
    pub fn take(&self, item: &str, wanted: u32) -> bool {
        let left = self.count(item);
        if left < wanted {
            return false;
        }
        let mut pieces = self.pieces.lock().unwrap().clone();
        pieces.insert(item.to_owned(), left - wanted);
        *self.pieces.lock().unwrap() = pieces;
        true
    }
}
