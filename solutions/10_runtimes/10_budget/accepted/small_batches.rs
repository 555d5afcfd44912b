//! The books of a toll road: gantries report the cars that pass, and the office bills them.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::yield_now;

/// A car has passed a gantry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    pub plate: u32,
    pub cents: u64,
}

/// The accounts are in use. Ask again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// Reports passages. A clone reports to the same office.
#[derive(Clone)]
pub struct Gantry {
    passages: Sender<Passage>,
}

/// Bills the passages.
pub struct Office {
    passages: Receiver<Passage>,
    accounts: Arc<Mutex<HashMap<u32, u64>>>,
}

/// Knows what each car owes, by its plate.
#[derive(Clone)]
pub struct Accounts {
    accounts: Arc<Mutex<HashMap<u32, u64>>>,
}

/// The books of a road. At most `most` passages wait to be billed.
pub fn toll_road(most: usize) -> (Gantry, Office, Accounts) {
    let (reported, passages) = channel(most);
    let accounts: Arc<Mutex<HashMap<u32, u64>>> = Arc::default();
    let office = Office { passages, accounts: Arc::clone(&accounts) };
    (Gantry { passages: reported }, office, Accounts { accounts })
}

impl Gantry {
    /// Reports a passage without waiting. Gives it back if `most` passages wait already, or if the office is gone, and
    /// only then.
    pub fn report(&self, passage: Passage) -> Result<(), Passage> {
        self.passages.try_send(passage).map_err(|_| passage)
    }
}

impl Office {
    /// Waits for the accounts, and then bills all passages that wait by then. Returns how many it has billed. Does not
    /// wait for further ones, and ends even if they keep coming. Lets other tasks run at least once in 200 passages.
    /// If it is dropped, the accounts are free, and the passages that it has not billed are still in the queue.
    pub async fn bill(&mut self) -> usize {
        let mut accounts = self.accounts.lock().await;
        let waiting = self.passages.len();
        let mut batch = Vec::new();
        let mut billed = 0;
        while billed < waiting {
            self.passages.recv_many(&mut batch, (waiting - billed).min(50)).await;
            for passage in batch.drain(..) {
                *accounts.entry(passage.plate).or_default() += passage.cents;
                billed += 1;
            }
            yield_now().await;
        }
        billed
    }
}

impl Accounts {
    /// Returns what a car owes, without waiting. An error if the accounts are in use, and only then.
    pub fn owes(&self, plate: u32) -> Result<u64, Busy> {
        let accounts = self.accounts.try_lock().map_err(|_| Busy)?;
        Ok(accounts.get(&plate).copied().unwrap_or(0))
    }

    /// Pays for a car. The accounts are in use until the bank has transferred the money.
    pub async fn pay(&self, plate: u32, transfer: impl Future<Output = ()>) {
        let mut accounts = self.accounts.lock().await;
        transfer.await;
        accounts.remove(&plate);
    }
}
