//! Auctions that run at the same time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};

/// The auctions that are running, by number. Each `Auctions` is independent of the others.
#[derive(Default)]
pub struct Auctions {
    running: RwLock<HashMap<u32, Arc<Mutex<Option<u64>>>>>,
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
        running.insert(id, Arc::new(Mutex::new(Some(0))));
        true
    }

    /// Bids `amount` in the auction `id`, and returns whether the bid was taken. If `amount` is more than the highest bid,
    /// asks the bank, which sets the money aside and returns whether it could. If it could, the bid is taken. Bids in one
    /// auction are handled one after the other. If the auction is not running, the bank is not asked.
    pub fn bid(&self, id: u32, amount: u64, bank: impl FnOnce() -> bool) -> bool {
        let Some(auction) = self.running.read().unwrap().get(&id).cloned() else { return false };
        match &mut *auction.lock().unwrap() {
            Some(highest) if amount > *highest && bank() => *highest = amount,
            _ => return false,
        }
        true
    }

    /// Closes the auction `id` and returns its highest bid; `None` if it is not running. If a bid in it is being handled,
    /// sleeps until that bid has ended. After `close` has returned, no bid is taken.
    pub fn close(&self, id: u32) -> Option<u64> {
        let auction = self.running.write().unwrap().remove(&id)?;
        auction.lock().unwrap().take()
    }

    /// How many auctions are running.
    pub fn running(&self) -> usize {
        self.running.read().unwrap().len()
    }
}
