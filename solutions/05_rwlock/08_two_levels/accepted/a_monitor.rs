//! Auctions that run at the same time.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex};

#[derive(Default)]
struct Auction {
    highest: u64,
    is_asking: bool,
}

/// The auctions that are running, by number. Each `Auctions` is independent of the others.
#[derive(Default)]
pub struct Auctions {
    running: Mutex<HashMap<u32, Auction>>,
    answered: Condvar,
}

impl Auctions {
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the auction `id`. Its highest bid is 0. Returns `false` and changes nothing if it is running already.
    pub fn open(&self, id: u32) -> bool {
        let mut running = self.running.lock().unwrap();
        let is_new = !running.contains_key(&id);
        if is_new {
            running.insert(id, Auction::default());
        }
        is_new
    }

    /// Bids `amount` in the auction `id`, and returns whether the bid was taken. If `amount` is more than the highest bid,
    /// asks the bank, which sets the money aside and returns whether it could. If it could, the bid is taken. Bids in one
    /// auction are handled one after the other. If the auction is not running, the bank is not asked.
    pub fn bid(&self, id: u32, amount: u64, bank: impl FnOnce() -> bool) -> bool {
        let running = self.running.lock().unwrap();
        let is_asking = |running: &mut HashMap<u32, Auction>| running.get(&id).is_some_and(|auction| auction.is_asking);
        let mut running = self.answered.wait_while(running, is_asking).unwrap();
        match running.get_mut(&id) {
            Some(auction) if auction.highest < amount => auction.is_asking = true,
            _ => return false,
        }
        drop(running);
        let is_covered = bank();
        let mut running = self.running.lock().unwrap();
        let auction = running.get_mut(&id).expect("`close` waits while the bank is asked");
        auction.is_asking = false;
        if is_covered {
            auction.highest = amount;
        }
        self.answered.notify_all();
        is_covered
    }

    /// Closes the auction `id` and returns its highest bid; `None` if it is not running. If a bid in it is being handled,
    /// sleeps until that bid has ended. After `close` has returned, no bid is taken.
    pub fn close(&self, id: u32) -> Option<u64> {
        let running = self.running.lock().unwrap();
        let is_asking = |running: &mut HashMap<u32, Auction>| running.get(&id).is_some_and(|auction| auction.is_asking);
        let mut running = self.answered.wait_while(running, is_asking).unwrap();
        running.remove(&id).map(|auction| auction.highest)
    }

    /// How many auctions are running.
    pub fn running(&self) -> usize {
        self.running.lock().unwrap().len()
    }
}
