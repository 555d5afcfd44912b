//! The pieces in a warehouse.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// How many pieces there are of each item.
#[derive(Default)]
pub struct Warehouse {
    stock: Mutex<Stock>,
}

/// What is behind the lock. Nothing here locks.
#[derive(Default)]
struct Stock {
    pieces: BTreeMap<String, u32>,
}

impl Stock {
    fn count(&self, item: &str) -> u32 {
        self.pieces.get(item).copied().unwrap_or(0)
    }

    fn store(&mut self, item: &str, pieces: u32) {
        *self.pieces.entry(item.to_owned()).or_default() += pieces;
    }

    fn take(&mut self, item: &str, wanted: u32) -> bool {
        let left = self.count(item);
        if left < wanted {
            return false;
        }
        self.pieces.insert(item.to_owned(), left - wanted);
        true
    }
}

impl Warehouse {
    pub fn new() -> Self {
        Self::default()
    }

    /// How many pieces of `item` there are.
    pub fn count(&self, item: &str) -> u32 {
        self.stock.lock().unwrap().count(item)
    }

    /// Adds `pieces` pieces of `item`.
    pub fn store(&self, item: &str, pieces: u32) {
        self.stock.lock().unwrap().store(item, pieces);
    }

    /// Takes `wanted` pieces of `item`, at least one, and returns `true`, or takes none and returns `false` if there are
    /// fewer.
    pub fn take(&self, item: &str, wanted: u32) -> bool {
        self.stock.lock().unwrap().take(item, wanted)
    }
}
