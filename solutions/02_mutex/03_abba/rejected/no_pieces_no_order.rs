//! verdict: failing-test one_thread_places_and_cancels_in_any_order
//! `cancel` treats an order of 0 pieces as no order.
//!
//! A shop: pieces in stock, and the orders that reserve some of them.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// Every piece is either in stock or reserved by an order.
pub struct Shop {
    stock: Mutex<u32>,
    orders: Mutex<BTreeMap<u32, u32>>,
}

impl Shop {
    /// A shop with `pieces` in stock and no orders.
    pub fn new(pieces: u32) -> Self {
        Self { stock: Mutex::new(pieces), orders: Mutex::default() }
    }

    /// Reserves `pieces` for the order `id`. Returns `false` and reserves none if fewer are in stock or the order exists.
    pub fn place(&self, id: u32, pieces: u32) -> bool {
        let mut stock = self.stock.lock().unwrap();
        let mut orders = self.orders.lock().unwrap();
        if *stock < pieces || orders.contains_key(&id) {
            return false;
        }
        *stock -= pieces;
        orders.insert(id, pieces);
        true
    }

    /// Removes the order `id` and puts its pieces back into stock. Returns `false` if there is no such order.
    pub fn cancel(&self, id: u32) -> bool {
        let mut stock = self.stock.lock().unwrap();
        let mut orders = self.orders.lock().unwrap();
        let pieces = orders.remove(&id).unwrap_or(0);
        *stock += pieces;
        pieces > 0
    }

    /// All pieces of the shop, in stock and reserved, counted at one moment.
    pub fn pieces(&self) -> u32 {
        let stock = self.stock.lock().unwrap();
        let orders = self.orders.lock().unwrap();
        *stock + orders.values().sum::<u32>()
    }
}
