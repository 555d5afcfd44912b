//! verdict: failing-test a_new_counter_is_added
//! Inserts the counter and forgets to add: the first call counts nothing.
//!
//! The metrics of a service: how often something happened, or how much of it.

use std::collections::BTreeMap;
use std::sync::RwLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters, by name. Each `Metrics` is independent of the others.
#[derive(Default)]
pub struct Metrics {
    counters: RwLock<BTreeMap<String, AtomicU64>>,
}

impl Metrics {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `n` to the counter `name`. A new counter begins at 0.
    pub fn add(&self, name: &str, n: u64) {
        let counters = self.counters.read().unwrap();
        if let Some(counter) = counters.get(name) {
            counter.fetch_add(n, Ordering::Relaxed);
            return;
        }
        // `write` waits for all read guards, and this one is a read guard.
        drop(counters);
        self.counters.write().unwrap().entry(name.to_owned()).or_default();
    }

    /// The value of the counter `name`, if anything was ever added to it.
    pub fn value(&self, name: &str) -> Option<u64> {
        self.counters.read().unwrap().get(name).map(|counter| counter.load(Ordering::Relaxed))
    }

    /// All counters with their values, sorted by name.
    pub fn all(&self) -> Vec<(String, u64)> {
        let counters = self.counters.read().unwrap();
        counters.iter().map(|(name, counter)| (name.clone(), counter.load(Ordering::Relaxed))).collect()
    }
}
