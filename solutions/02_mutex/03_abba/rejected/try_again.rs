//! verdict: livelock
//! Polls for the second lock and keeps the first: both threads wait as before, and one of them keeps a core busy.
//!
//! A shop: pieces in stock, and the orders that reserve some of them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

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
        let mut orders = self.orders.lock().unwrap();
        let mut stock = loop {
            if let Ok(stock) = self.stock.try_lock() {
                break stock;
            }
            thread::yield_now();
        };
        let Some(pieces) = orders.remove(&id) else {
            return false;
        };
        *stock += pieces;
        true
    }

    /// All pieces of the shop, in stock and reserved, counted at one moment.
    pub fn pieces(&self) -> u32 {
        let stock = self.stock.lock().unwrap();
        let orders = self.orders.lock().unwrap();
        *stock + orders.values().sum::<u32>()
    }
}
