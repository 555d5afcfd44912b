//! verdict: failing-test there_may_be_any_number_of_auctions
//! Uses the lowest eight bits of the number only.
//!
//! Auctions that run at the same time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};

#[derive(Default)]
struct Auction {
    highest: u64,
    is_closed: bool,
}

/// The auctions that are running, by number. Each `Auctions` is independent of the others.
#[derive(Default)]
pub struct Auctions {
    running: RwLock<HashMap<u32, Arc<Mutex<Auction>>>>,
}

impl Auctions {
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the auction `id`. Its highest bid is 0. Returns `false` and changes nothing if it is running already.
    pub fn open(&self, id: u32) -> bool {
        let id = id & 0xff;
        let mut running = self.running.write().unwrap();
        if running.contains_key(&id) {
            return false;
        }
        running.insert(id, Arc::default());
        true
    }

    /// Bids `amount` in the auction `id`, and returns whether the bid was taken. If `amount` is more than the highest bid,
    /// asks the bank, which sets the money aside and returns whether it could. If it could, the bid is taken. Bids in one
    /// auction are handled one after the other. If the auction is not running, the bank is not asked.
    pub fn bid(&self, id: u32, amount: u64, bank: impl FnOnce() -> bool) -> bool {
        let id = id & 0xff;
        let auction = self.running.read().unwrap().get(&id).cloned();
        // The guard of the map is gone. So the auction may be closed before its own lock is free.
        let Some(auction) = auction else { return false };
        let mut auction = auction.lock().unwrap();
        if auction.is_closed || amount <= auction.highest || !bank() {
            return false;
        }
        auction.highest = amount;
        true
    }

    /// Closes the auction `id` and returns its highest bid; `None` if it is not running. If a bid in it is being handled,
    /// sleeps until that bid has ended. After `close` has returned, no bid is taken.
    pub fn close(&self, id: u32) -> Option<u64> {
        let id = id & 0xff;
        // The guard of the map is gone at the semicolon.
        let auction = self.running.write().unwrap().remove(&id)?;
        let mut auction = auction.lock().unwrap();
        auction.is_closed = true;
        Some(auction.highest)
    }

    /// How many auctions are running.
    pub fn running(&self) -> usize {
        self.running.read().unwrap().len()
    }
}
