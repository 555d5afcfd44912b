//! verdict: deadlock savings_of_two_tasks_both_end
//! A flag and a `Notify` in place of the lock. The wake-up is lost if it comes between the check of the flag and the wait.
//!
//! Money moved between two accounts, each move noted in a journal.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use tokio::sync::Notify;

/// Where moves are noted. An entry is made when `record` returns, not before.
pub trait Journal {
    fn record(&self, amount: u64) -> impl Future<Output = ()>;
}

/// What is in the two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balances {
    pub checking: u64,
    pub savings: u64,
}

/// The balance does not cover the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// The accounts of one customer.
pub struct Accounts<J> {
    journal: J,
    balances: Mutex<Balances>,
    busy: AtomicBool,
    free: Notify,
}

struct Turn<'a>(&'a AtomicBool, &'a Notify);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, SeqCst);
        self.1.notify_waiters();
    }
}

impl<J: Journal> Accounts<J> {
    pub fn new(balances: Balances, journal: J) -> Self {
        Self { journal, balances: Mutex::new(balances), busy: AtomicBool::new(false), free: Notify::new() }
    }

    /// Moves `amount` from checking to savings and notes it, unless the balance does not cover it. A future that is dropped
    /// has done both or neither.
    pub async fn save(&self, amount: u64) -> Result<(), Refused> {
        while self.busy.swap(true, SeqCst) {
            self.free.notified().await;
        }
        let _turn = Turn(&self.busy, &self.free);
        if self.balances.lock().unwrap().checking < amount {
            return Err(Refused);
        }
        self.journal.record(amount).await;
        let mut balances = self.balances.lock().unwrap();
        balances.checking -= amount;
        balances.savings += amount;
        Ok(())
    }

    pub async fn balances(&self) -> Balances {
        *self.balances.lock().unwrap()
    }

    pub fn journal(&self) -> &J {
        &self.journal
    }
}
