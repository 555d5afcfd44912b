//! A shop: pieces in stock, and the orders that reserve some of them.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// Every piece that no order reserves is in stock.
pub struct Shop {
    pieces: u32,
    orders: Mutex<BTreeMap<u32, u32>>,
}

impl Shop {
    /// A shop with `pieces` in stock and no orders.
    pub fn new(pieces: u32) -> Self {
        Self { pieces, orders: Mutex::default() }
    }

    /// Reserves `pieces` for the order `id`. Returns `false` and reserves none if fewer are in stock or the order exists.
    pub fn place(&self, id: u32, pieces: u32) -> bool {
        let mut orders = self.orders.lock().unwrap();
        let stock = self.pieces - orders.values().sum::<u32>();
        if stock < pieces || orders.contains_key(&id) {
            return false;
        }
        orders.insert(id, pieces);
        true
    }

    /// Removes the order `id` and puts its pieces back into stock. Returns `false` if there is no such order.
    pub fn cancel(&self, id: u32) -> bool {
        self.orders.lock().unwrap().remove(&id).is_some()
    }

    /// All pieces of the shop, in stock and reserved, counted at one moment.
    pub fn pieces(&self) -> u32 {
        self.pieces
    }
}
