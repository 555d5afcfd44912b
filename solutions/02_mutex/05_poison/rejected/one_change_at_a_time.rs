//! verdict: deadlock each_service_has_its_own_ledger_and_statistic
//! A `static` lock around each change: during a change of one ledger, nobody can change that of another service.
//!
//! A service with a statistic, which stays valid after a panic, and a ledger, which may not.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Entries and their sum.
#[derive(Debug, PartialEq, Eq)]
/// Entries and their sum.
pub struct Ledger {
    pub entries: Vec<i64>,
    /// The sum of `entries`, whenever another thread can look.
    pub balance: i64,
}

/// A change of the ledger has panicked, and the ledger has not been restored since.
#[derive(Debug, PartialEq, Eq)]
/// A change of the ledger has panicked, and the ledger has not been restored since.
pub struct OutOfOrder;

static TURN: Mutex<()> = Mutex::new(());

/// Counts requests and keeps a ledger.
pub struct Service {
    requests: Mutex<BTreeMap<String, u64>>,
    ledger: Mutex<Ledger>,
}

impl Service {
    pub fn new(ledger: Ledger) -> Self {
        Self { requests: Mutex::default(), ledger: Mutex::new(ledger) }
    }

    /// Counts a request. `kind` may panic when it is asked for its name; then nothing is counted.
    pub fn count(&self, kind: impl Display) {
        let mut requests = self.requests();
        *requests.entry(kind.to_string()).or_default() += 1;
    }

    /// How many requests of `kind` were counted.
    pub fn counted(&self, kind: &str) -> u64 {
        self.requests().get(kind).copied().unwrap_or(0)
    }

    /// Changes the ledger and returns what `change` returns. If `change` panics, so does this call.
    pub fn change<R>(&self, change: impl FnOnce(&mut Ledger) -> R) -> Result<R, OutOfOrder> {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(change(&mut *self.ledger()?))
    }

    /// The balance of the ledger.
    pub fn balance(&self) -> Result<i64, OutOfOrder> {
        Ok(self.ledger()?.balance)
    }

    /// Replaces the ledger, say from a backup, and puts it back into service.
    pub fn restore(&self, ledger: Ledger) {
        let mut old = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        *old = ledger;
        self.ledger.clear_poison();
    }

    fn requests(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ledger(&self) -> Result<MutexGuard<'_, Ledger>, OutOfOrder> {
        self.ledger.lock().map_err(|_| OutOfOrder)
    }
}
