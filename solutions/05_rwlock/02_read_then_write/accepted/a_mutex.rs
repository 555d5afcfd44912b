//! The metrics of a service: how often something happened, or how much of it.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// Counters, by name. Each `Metrics` is independent of the others.
#[derive(Default)]
pub struct Metrics {
    counters: Mutex<BTreeMap<String, u64>>,
}

impl Metrics {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `n` to the counter `name`. A new counter begins at 0.
    pub fn add(&self, name: &str, n: u64) {
        *self.counters.lock().unwrap().entry(name.to_owned()).or_default() += n;
    }

    /// The value of the counter `name`, if anything was ever added to it.
    pub fn value(&self, name: &str) -> Option<u64> {
        self.counters.lock().unwrap().get(name).copied()
    }

    /// All counters with their values, sorted by name.
    pub fn all(&self) -> Vec<(String, u64)> {
        let counters = self.counters.lock().unwrap();
        counters.iter().map(|(name, n)| (name.clone(), *n)).collect()
    }
}
