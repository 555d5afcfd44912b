//! verdict: failing-test no_other_auction_waits_for_a_bid
//! Sixteen locks for all auctions: a bid in auction 16 waits for one in auction 0.

use std::collections::HashMap;
use std::sync::{Mutex, RwLock};

/// The auctions that are running, by number.
#[derive(Default)]
pub struct Auctions {
    running: RwLock<HashMap<u32, u64>>,
    bidding: [Mutex<()>; 16],
}

impl Auctions {
    pub fn new() -> Self {
        Self::default()
    }

    fn stripe(&self, id: u32) -> &Mutex<()> {
        &self.bidding[id as usize % self.bidding.len()]
    }

    pub fn open(&self, id: u32) -> bool {
        let mut running = self.running.write().unwrap();
        if running.contains_key(&id) {
            return false;
        }
        running.insert(id, 0);
        true
    }

    pub fn bid(&self, id: u32, amount: u64, bank: impl FnOnce() -> bool) -> bool {
        let _bidding = self.stripe(id).lock().unwrap();
        let highest = self.running.read().unwrap().get(&id).copied();
        if highest.is_none_or(|highest| amount <= highest) || !bank() {
            return false;
        }
        self.running.write().unwrap().insert(id, amount);
        true
    }

    pub fn close(&self, id: u32) -> Option<u64> {
        let _bidding = self.stripe(id).lock().unwrap();
        self.running.write().unwrap().remove(&id)
    }

    pub fn running(&self) -> usize {
        self.running.read().unwrap().len()
    }
}
