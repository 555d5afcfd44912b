//! verdict: failing-test a_half_changed_ledger_is_refused
//! Shows everybody the ledger that a panic has left half changed.
//!
//! A service with a statistic, which may go on after a panic, and a ledger, which may not.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Entries and their sum.
#[derive(Debug, PartialEq, Eq)]
pub struct Ledger {
    pub entries: Vec<i64>,
    /// The sum of `entries`, at every moment at which somebody else can look.
    pub balance: i64,
}

/// The ledger was left half changed and has not been restored yet.
#[derive(Debug, PartialEq, Eq)]
pub struct OutOfOrder;

/// Counts requests and keeps a ledger.
pub struct Service {
    requests: Mutex<BTreeMap<String, u64>>,
    ledger: Mutex<Ledger>,
}

impl Service {
    pub fn new(ledger: Ledger) -> Self {
        Self { requests: Mutex::default(), ledger: Mutex::new(ledger) }
    }

    /// Counts a request. `kind` is asked for its name under the lock, and may panic.
    pub fn count(&self, kind: impl Display) {
        let mut requests = self.requests();
        *requests.entry(kind.to_string()).or_default() += 1;
    }

    /// How many requests of this kind were counted.
    pub fn counted(&self, kind: &str) -> u64 {
        self.requests().get(kind).copied().unwrap_or(0)
    }

    /// Changes the ledger. `change` may panic half-way.
    pub fn change<R>(&self, change: impl FnOnce(&mut Ledger) -> R) -> Result<R, OutOfOrder> {
        Ok(change(&mut *self.ledger()?))
    }

    /// The balance of the ledger.
    pub fn balance(&self) -> Result<i64, OutOfOrder> {
        Ok(self.ledger()?.balance)
    }

    /// Replaces the ledger, say from a backup, and puts it back into service.
    pub fn restore(&self, ledger: Ledger) {
        let mut guard = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        *guard = ledger;
        // While the guard is held, so that nobody sees the old ledger without the poison.
        self.ledger.clear_poison();
    }

    fn requests(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        // Whatever panicked, each count in the map is a count.
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ledger(&self) -> Result<MutexGuard<'_, Ledger>, OutOfOrder> {
        Ok(self.ledger.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
