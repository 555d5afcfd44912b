//! A service with a statistic, which stays valid after a panic, and a ledger, which may not.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;

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
    ledger: Mutex<Result<Ledger, OutOfOrder>>,
}

impl Service {
    pub fn new(ledger: Ledger) -> Self {
        Self { requests: Mutex::default(), ledger: Mutex::new(Ok(ledger)) }
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

    fn try_change<R>(
        &self,
        change: impl FnOnce(&mut Ledger) -> R,
    ) -> Result<Result<R, Box<dyn Any + Send>>, OutOfOrder> {
        let mut state = self.ledger.lock().unwrap();
        let Ok(ledger) = &mut *state else { return Err(OutOfOrder) };
        let result = panic::catch_unwind(AssertUnwindSafe(|| change(ledger)));
        if result.is_err() {
            *state = Err(OutOfOrder);
        }
        Ok(result)
    }

    /// Changes the ledger and returns what `change` returns. If `change` panics, so does this call.
    pub fn change<R>(&self, change: impl FnOnce(&mut Ledger) -> R) -> Result<R, OutOfOrder> {
        match self.try_change(change)? {
            Ok(result) => Ok(result),
            Err(payload) => panic::resume_unwind(payload),
        }
    }

    /// The balance of the ledger.
    pub fn balance(&self) -> Result<i64, OutOfOrder> {
        match &*self.ledger.lock().unwrap() {
            Ok(ledger) => Ok(ledger.balance),
            Err(OutOfOrder) => Err(OutOfOrder),
        }
    }

    /// Replaces the ledger, say from a backup, and puts it back into service.
    pub fn restore(&self, ledger: Ledger) {
        *self.ledger.lock().unwrap() = Ok(ledger);
    }
}
