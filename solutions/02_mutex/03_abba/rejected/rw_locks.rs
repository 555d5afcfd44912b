//! verdict: deadlock
//! Uses another kind of lock, with the same two lock orders.
//!
//! A shop: pieces in stock, and the orders that reserve some of them.

use std::collections::BTreeMap;
use std::sync::RwLock;

/// Every piece is either in stock or reserved by an order.
pub struct Shop {
    stock: RwLock<u32>,
    orders: RwLock<BTreeMap<u32, u32>>,
}

impl Shop {
    /// A shop with `pieces` in stock and no orders.
    pub fn new(pieces: u32) -> Self {
        Self { stock: RwLock::new(pieces), orders: RwLock::default() }
    }

    /// Reserves `pieces` for the order `id`. Returns `false` and reserves none if fewer are in stock or the order exists.
    pub fn place(&self, id: u32, pieces: u32) -> bool {
        let mut stock = self.stock.write().unwrap();
        let mut orders = self.orders.write().unwrap();
        if *stock < pieces || orders.contains_key(&id) {
            return false;
        }
        *stock -= pieces;
        orders.insert(id, pieces);
        true
    }

    /// Removes the order `id` and puts its pieces back into stock. Returns `false` if there is no such order.
    pub fn cancel(&self, id: u32) -> bool {
        let mut orders = self.orders.write().unwrap();
        let Some(pieces) = orders.remove(&id) else {
            return false;
        };
        *self.stock.write().unwrap() += pieces;
        true
    }

    /// All pieces of the shop, in stock and reserved, counted at one moment.
    pub fn pieces(&self) -> u32 {
        let stock = self.stock.read().unwrap();
        let orders = self.orders.read().unwrap();
        *stock + orders.values().sum::<u32>()
    }
}
