//! verdict: failing-test a_saving_that_times_out_loses_no_money
//! Credits first: a cancelled move now creates money instead of losing it.
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
        let mut balances = self.balances.lock().await;
        if balances.checking < amount {
            return Err(Refused);
        }
        balances.savings += amount;
        self.journal.record(amount).await;
        balances.checking -= amount;
        Ok(())
    }

    pub async fn balances(&self) -> Balances {
        *self.balances.lock().await
    }

    pub fn journal(&self) -> &J {
        &self.journal
    }
}
