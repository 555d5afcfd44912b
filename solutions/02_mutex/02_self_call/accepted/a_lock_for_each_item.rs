//! The pieces in a warehouse.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// How many pieces there are of each item.
#[derive(Default)]
pub struct Warehouse {
    items: Mutex<BTreeMap<String, Arc<Mutex<u32>>>>,
}

impl Warehouse {
    pub fn new() -> Self {
        Self::default()
    }

    /// How many pieces of `item` there are.
    pub fn count(&self, item: &str) -> u32 {
        *self.item(item).lock().unwrap()
    }

    /// Adds `pieces` pieces of `item`.
    pub fn store(&self, item: &str, pieces: u32) {
        *self.item(item).lock().unwrap() += pieces;
    }

    /// Takes `wanted` pieces of `item`, at least one, and returns `true`, or takes none and returns `false` if there are
    /// fewer.
    pub fn take(&self, item: &str, wanted: u32) -> bool {
        let item = self.item(item);
        let mut pieces = item.lock().unwrap();
        let Some(left) = pieces.checked_sub(wanted) else {
            return false;
        };
        *pieces = left;
        true
    }

    fn item(&self, item: &str) -> Arc<Mutex<u32>> {
        Arc::clone(self.items.lock().unwrap().entry(item.to_owned()).or_default())
    }
}
