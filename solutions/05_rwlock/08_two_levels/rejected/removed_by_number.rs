//! verdict: failing-test a_late_close_does_not_close_the_next_auction_of_that_number
//! Two threads close an auction. The second one removes whatever auction has its number by then.

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
        self.running.write().unwrap().remove(&id);
        highest
    }

    pub fn running(&self) -> usize {
        self.running.read().unwrap().len()
    }
}
