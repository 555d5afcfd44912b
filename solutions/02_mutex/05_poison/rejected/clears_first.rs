//! verdict: failing-test nobody_sees_the_half_change_while_it_is_replaced
//! Clears the poison and then waits for the lock: a thread that locks first sees the half change, without a warning.
//!
//! A service with a statistic, which stays valid after a panic, and a ledger, which may not.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Entries and their sum.
#[derive(Debug, PartialEq, Eq)]
pub struct Ledger {
    pub entries: Vec<i64>,
    /// The sum of `entries`, whenever another thread can look.
    pub balance: i64,
}

/// A change of the ledger has panicked, and the ledger has not been restored since.
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
        Ok(change(&mut *self.ledger()?))
    }

    /// The balance of the ledger.
    pub fn balance(&self) -> Result<i64, OutOfOrder> {
        Ok(self.ledger()?.balance)
    }

    /// Replaces the ledger, say from a backup, and puts it back into service.
    pub fn restore(&self, ledger: Ledger) {
        self.ledger.clear_poison();
        *self.ledger.lock().unwrap() = ledger;
    }

    fn requests(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        // Each count in the map is right, whatever panicked.
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ledger(&self) -> Result<MutexGuard<'_, Ledger>, OutOfOrder> {
        self.ledger.lock().map_err(|_| OutOfOrder)
    }
}
