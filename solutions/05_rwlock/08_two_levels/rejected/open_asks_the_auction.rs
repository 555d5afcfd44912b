//! verdict: failing-test opening_an_auction_does_not_wait_for_a_bid
//! `open` locks the auction to see whether it is closed, and waits for a bid while it holds the map.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};

type Auction = Arc<Mutex<Option<u64>>>;

/// The auctions that are running, by number.
#[derive(Default)]
pub struct Auctions {
    running: RwLock<HashMap<u32, Auction>>,
}

impl Auctions {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn open(&self, id: u32) -> bool {
        let mut running = self.running.write().unwrap();
        if running.get(&id).is_some_and(|auction| auction.lock().unwrap().is_some()) {
            return false;
        }
        running.insert(id, Arc::new(Mutex::new(Some(0))));
        true
    }

    pub fn bid(&self, id: u32, amount: u64, bank: impl FnOnce() -> bool) -> bool {
        let Some(auction) = self.running.read().unwrap().get(&id).cloned() else { return false };
        let mut auction = auction.lock().unwrap();
        match &mut *auction {
            Some(highest) if amount > *highest && bank() => {
                *highest = amount;
                true
            }
            _ => false,
        }
    }

    pub fn close(&self, id: u32) -> Option<u64> {
        let auction = self.running.read().unwrap().get(&id).cloned()?;
        let highest = auction.lock().unwrap().take();
        let mut running = self.running.write().unwrap();
        if running.get(&id).is_some_and(|other| Arc::ptr_eq(other, &auction)) {
            running.remove(&id);
        }
        highest
    }

    pub fn running(&self) -> usize {
        self.running.read().unwrap().len()
    }
}
