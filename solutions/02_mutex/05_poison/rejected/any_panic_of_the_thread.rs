//! verdict: failing-test a_panic_about_something_else_does_not_count
//! Marks the ledger if the thread is panicking when a change ends, even if that panic began before the change.
//!
//! A service with a statistic, which stays valid after a panic, and a ledger, which may not.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

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
    ledger: Mutex<Ledger>,
    broken: AtomicBool,
}

struct Mark<'a>(&'a AtomicBool);

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::SeqCst);
        }
    }
}

impl Service {
    pub fn new(ledger: Ledger) -> Self {
        Self { requests: Mutex::default(), ledger: Mutex::new(ledger), broken: AtomicBool::new(false) }
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
        let mut ledger = self.ledger()?;
        let _mark = Mark(&self.broken);
        Ok(change(&mut ledger))
    }

    /// The balance of the ledger.
    pub fn balance(&self) -> Result<i64, OutOfOrder> {
        Ok(self.ledger()?.balance)
    }

    /// Replaces the ledger, say from a backup, and puts it back into service.
    pub fn restore(&self, ledger: Ledger) {
        let mut old = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        *old = ledger;
        self.broken.store(false, Ordering::SeqCst);
    }

    fn requests(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ledger(&self) -> Result<MutexGuard<'_, Ledger>, OutOfOrder> {
        let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        if self.broken.load(Ordering::SeqCst) { Err(OutOfOrder) } else { Ok(ledger) }
    }
}
