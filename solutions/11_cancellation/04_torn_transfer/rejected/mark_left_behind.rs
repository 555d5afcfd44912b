//! verdict: failing-test after_a_cancelled_saving_all_the_money_can_be_saved
//! Sets a busy flag while it notes, and a future that is dropped leaves it set: every later saving is refused.
//!
//! Money moved between two accounts, each move noted in a journal.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Mutex;

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
    noting: AtomicBool,
}

impl<J: Journal> Accounts<J> {
    pub fn new(balances: Balances, journal: J) -> Self {
        Self { journal, balances: Mutex::new(balances), noting: AtomicBool::new(false) }
    }

    /// Moves `amount` from checking to savings and notes it, unless the balance does not cover it. A future that is dropped
    /// has done both or neither.
    pub async fn save(&self, amount: u64) -> Result<(), Refused> {
        let mut balances = self.balances.lock().await;
        if balances.checking < amount || self.noting.swap(true, Ordering::SeqCst) {
            return Err(Refused);
        }
        self.journal.record(amount).await;
        // From here to the end there is no await, so the future cannot be dropped half-way.
        balances.checking -= amount;
        balances.savings += amount;
        self.noting.store(false, Ordering::SeqCst);
        Ok(())
    }

    pub async fn balances(&self) -> Balances {
        *self.balances.lock().await
    }

    pub fn journal(&self) -> &J {
        &self.journal
    }
}
