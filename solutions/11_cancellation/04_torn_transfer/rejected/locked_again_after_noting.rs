//! verdict: failing-test wherever_it_waits_for_a_lock_the_journal_agrees_with_the_balances
//! Savings queue for a separate lock. After noting, another lock is awaited: a future that is dropped there has noted
//! a move but not made it.
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
    saving: Mutex<()>,
}

impl<J: Journal> Accounts<J> {
    pub fn new(balances: Balances, journal: J) -> Self {
        Self { journal, balances: Mutex::new(balances), saving: Mutex::new(()) }
    }

    /// Moves `amount` from checking to savings and notes it, unless the balance does not cover it. A future that is dropped
    /// has done both or neither.
    pub async fn save(&self, amount: u64) -> Result<(), Refused> {
        let _turn = self.saving.lock().await;
        if self.balances.lock().await.checking < amount {
            return Err(Refused);
        }
        self.journal.record(amount).await;
        let mut balances = self.balances.lock().await;
        // From here to the end there is no await, so the future cannot be dropped half-way.
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
