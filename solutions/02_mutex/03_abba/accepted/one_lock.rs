//! A shop: pieces in stock, and the orders that reserve some of them.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// Every piece is either in stock or reserved by an order.
pub struct Shop {
    books: Mutex<Books>,
}

struct Books {
    stock: u32,
    orders: BTreeMap<u32, u32>,
}

impl Shop {
    /// A shop with `pieces` in stock and no orders.
    pub fn new(pieces: u32) -> Self {
        Self { books: Mutex::new(Books { stock: pieces, orders: BTreeMap::new() }) }
    }

    /// Reserves `pieces` for the order `id`. Returns `false` and reserves none if fewer are in stock or the order exists.
    pub fn place(&self, id: u32, pieces: u32) -> bool {
        let mut books = self.books.lock().unwrap();
        if books.stock < pieces || books.orders.contains_key(&id) {
            return false;
        }
        books.stock -= pieces;
        books.orders.insert(id, pieces);
        true
    }

    /// Removes the order `id` and puts its pieces back into stock. Returns `false` if there is no such order.
    pub fn cancel(&self, id: u32) -> bool {
        let mut books = self.books.lock().unwrap();
        let Some(pieces) = books.orders.remove(&id) else {
            return false;
        };
        books.stock += pieces;
        true
    }

    /// All pieces of the shop, in stock and reserved, counted at one moment.
    pub fn pieces(&self) -> u32 {
        let books = self.books.lock().unwrap();
        books.stock + books.orders.values().sum::<u32>()
    }
}
