//! A service with a statistic, which stays valid after a panic, and a ledger, which may not.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError, RwLock};

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

/// Counts requests and keeps a ledger.
pub struct Service {
    requests: Mutex<BTreeMap<String, u64>>,
    ledger: RwLock<Ledger>,
}

impl Service {
    pub fn new(ledger: Ledger) -> Self {
        Self { requests: Mutex::default(), ledger: RwLock::new(ledger) }
    }

    /// Counts a request. `kind` may panic when it is asked for its name; then nothing is counted.
    pub fn count(&self, kind: impl Display) {
        let kind = kind.to_string();
        *self.requests.lock().unwrap().entry(kind).or_default() += 1;
    }

    /// How many requests of `kind` were counted.
    pub fn counted(&self, kind: &str) -> u64 {
        self.requests.lock().unwrap().get(kind).copied().unwrap_or(0)
    }

    /// Changes the ledger and returns what `change` returns. If `change` panics, so does this call.
    pub fn change<R>(&self, change: impl FnOnce(&mut Ledger) -> R) -> Result<R, OutOfOrder> {
        let mut ledger = self.ledger.write().map_err(|_| OutOfOrder)?;
        Ok(change(&mut ledger))
    }

    /// The balance of the ledger.
    pub fn balance(&self) -> Result<i64, OutOfOrder> {
        let ledger = self.ledger.read().map_err(|_| OutOfOrder)?;
        Ok(ledger.balance)
    }

    /// Replaces the ledger, say from a backup, and puts it back into service.
    pub fn restore(&self, ledger: Ledger) {
        let mut guard = self.ledger.write().unwrap_or_else(PoisonError::into_inner);
        *guard = ledger;
        self.ledger.clear_poison();
        drop(guard);
    }
}
