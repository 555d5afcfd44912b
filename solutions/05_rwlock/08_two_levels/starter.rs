//! Auctions that run at the same time.

use std::collections::HashMap;
use std::sync::{Mutex, RwLock};

/// The auctions that are running, by number. Each `Auctions` is independent of the others.
#[derive(Default)]
pub struct Auctions {
    running: RwLock<HashMap<u32, Mutex<u64>>>,
}

impl Auctions {
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the auction `id`. Its highest bid is 0. Returns `false` and changes nothing if it is running already.
    pub fn open(&self, id: u32) -> bool {
        let mut running = self.running.write().unwrap();
        if running.contains_key(&id) {
            return false;
        }
        running.insert(id, Mutex::new(0));
        true
    }

    /// Bids `amount` in the auction `id`, and returns whether the bid was taken. If `amount` is more than the highest bid,
    /// asks the bank, which sets the money aside and returns whether it could. If it could, the bid is taken. Bids in one
    /// auction are handled one after the other. If the auction is not running, the bank is not asked.
    pub fn bid(&self, id: u32, amount: u64, bank: impl FnOnce() -> bool) -> bool {
        // TODO: this guard lives until the bank has answered. No auction can be opened or closed meanwhile.
        let running = self.running.read().unwrap();
        let Some(highest) = running.get(&id) else { return false };
        let mut highest = highest.lock().unwrap();
        if amount <= *highest || !bank() {
            return false;
        }
        *highest = amount;
        true
    }

    /// Closes the auction `id` and returns its highest bid; `None` if it is not running. If a bid in it is being handled,
    /// sleeps until that bid has ended. After `close` has returned, no bid is taken.
    pub fn close(&self, id: u32) -> Option<u64> {
        let highest = self.running.write().unwrap().remove(&id)?;
        Some(highest.into_inner().unwrap())
    }

    /// How many auctions are running.
    pub fn running(&self) -> usize {
        self.running.read().unwrap().len()
    }
}
