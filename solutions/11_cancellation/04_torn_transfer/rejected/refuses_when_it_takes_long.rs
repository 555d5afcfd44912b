//! verdict: failing-test a_saving_waits_however_long_the_journal_takes
//! Tries thirty times and then reports that the balance is too low, which is not true.
//!
//! Money moved between two accounts, each move noted in a journal.

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
}

impl<J: Journal> Accounts<J> {
    pub fn new(balances: Balances, journal: J) -> Self {
        Self { journal, balances: Mutex::new(balances) }
    }

    /// Moves `amount` from checking to savings and notes it, unless the balance does not cover it. A future that is dropped
    /// has done both or neither.
    pub async fn save(&self, amount: u64) -> Result<(), Refused> {
        let mut tries = 0;
        let mut balances = loop {
            match self.balances.try_lock() {
                Ok(balances) => break balances,
                Err(_) if tries == 30 => return Err(Refused),
                Err(_) => tries += 1,
            }
            tokio::task::yield_now().await;
        };

        if balances.checking < amount {
            return Err(Refused);
        }
        self.journal.record(amount).await;
        balances.checking -= amount;
        balances.savings += amount;
        Ok(())
    }

    pub async fn balances(&self) -> Balances {
        *self.balances.lock().await
    }

    pub fn journal(&self) -> &J {
        &self.journal
    }
}
