//! verdict: failing-test a_bid_that_waits_keeps_nobody_else_waiting
//! Drops the guard of the map when it has locked the auction. A bid that waits for the auction holds the map.

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
        if running.contains_key(&id) {
            return false;
        }
        running.insert(id, Arc::new(Mutex::new(Some(0))));
        true
    }

    pub fn bid(&self, id: u32, amount: u64, bank: impl FnOnce() -> bool) -> bool {
        let running = self.running.read().unwrap();
        let Some(auction) = running.get(&id).cloned() else { return false };
        let mut auction = auction.lock().unwrap();
        drop(running);
        match &mut *auction {
            Some(highest) if amount > *highest && bank() => {
                *highest = amount;
                true
            }
            _ => false,
        }
    }

    pub fn close(&self, id: u32) -> Option<u64> {
        let auction = self.running.write().unwrap().remove(&id)?;
        auction.lock().unwrap().take()
    }

    pub fn running(&self) -> usize {
        self.running.read().unwrap().len()
    }
}
