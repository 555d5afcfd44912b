//! verdict: failing-test taken_pieces_are_gone
//! `count` does not wait while the lock is held: it returns 0, to other threads and to `take`.
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
        match self.pieces.try_lock() {
            Ok(pieces) => pieces.get(item).copied().unwrap_or(0),
            Err(_) => 0,
        }
    }

    /// Adds `pieces` pieces of `item`.
    pub fn store(&self, item: &str, pieces: u32) {
        *self.pieces.lock().unwrap().entry(item.to_owned()).or_default() += pieces;
    }

    /// Takes `wanted` pieces of `item`, at least one, and returns `true`, or takes none and returns `false` if there are
    /// fewer.
    pub fn take(&self, item: &str, wanted: u32) -> bool {
        let mut pieces = self.pieces.lock().unwrap();
        // TODO: `count` locks the mutex whose guard this function holds.
        let left = self.count(item);
        if left < wanted {
            return false;
        }
        pieces.insert(item.to_owned(), left - wanted);
        true
    }
}
