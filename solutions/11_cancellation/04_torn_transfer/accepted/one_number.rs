//! Money moved between two accounts, each move noted in a journal.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

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
    start: Balances,
    moved: AtomicU64,
    turn: Mutex<()>,
}

impl<J: Journal> Accounts<J> {
    pub fn new(start: Balances, journal: J) -> Self {
        Self { journal, start, moved: AtomicU64::new(0), turn: Mutex::new(()) }
    }

    /// Moves `amount` from checking to savings and notes it, unless the balance does not cover it. A future that is dropped
    /// has done both or neither.
    pub async fn save(&self, amount: u64) -> Result<(), Refused> {
        let _turn = self.turn.lock().await;
        if self.start.checking - self.moved.load(SeqCst) < amount {
            return Err(Refused);
        }
        self.journal.record(amount).await;
        self.moved.fetch_add(amount, SeqCst);
        Ok(())
    }

    pub async fn balances(&self) -> Balances {
        let moved = self.moved.load(SeqCst);
        Balances { checking: self.start.checking - moved, savings: self.start.savings + moved }
    }

    pub fn journal(&self) -> &J {
        &self.journal
    }
}
