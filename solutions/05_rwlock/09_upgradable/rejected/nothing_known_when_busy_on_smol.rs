//! verdict: failing-test known_rates_are_counted_while_another_one_is_loaded_on_smol
//! `known` does not wait for a write, and returns 0.
//!
//! Exchange rates, loaded when they are first asked for: with threads, and with tasks.

/// With threads and the lock of parking_lot.
pub mod threads {
    use std::collections::HashMap;

    use parking_lot::{RwLock, RwLockUpgradableReadGuard};

    /// The rates loaded so far, by currency. Each `Rates` is independent of the others.
    #[derive(Default)]
    pub struct Rates {
        known: RwLock<HashMap<String, u64>>,
    }

    impl Rates {
        pub fn new() -> Self {
            Self::default()
        }

        /// The rate of `currency`. The first call for a currency loads it. Calls for that currency sleep meanwhile; calls
        /// for known rates do not wait.
        pub fn get(&self, currency: &str, load: impl FnOnce() -> u64) -> u64 {
            let known = self.known.read().get(currency).copied();
            if let Some(rate) = known {
                return rate;
            }
            // From here on: one thread at a time, beside readers.
            let known = self.known.upgradable_read();
            if let Some(rate) = known.get(currency) {
                return *rate;
            }
            let rate = load();
            RwLockUpgradableReadGuard::upgrade(known).insert(currency.to_owned(), rate);
            rate
        }

        /// How many rates have been loaded and kept.
        pub fn known(&self) -> usize {
            self.known.read().len()
        }
    }
}

/// With tasks and the lock of smol, which is that of async-lock.
pub mod on_smol {
    use std::collections::HashMap;

    use smol::lock::{RwLock, RwLockUpgradableReadGuard};

    /// The rates loaded so far, by currency. Each `Rates` is independent of the others.
    #[derive(Default)]
    pub struct Rates {
        known: RwLock<HashMap<String, u64>>,
    }

    impl Rates {
        pub fn new() -> Self {
            Self::default()
        }

        /// The rate of `currency`. The first call for a currency loads it. Calls for that currency wait meanwhile, and
        /// leave their thread to other tasks; calls for known rates do not wait.
        pub async fn get(&self, currency: &str, load: impl Future<Output = u64>) -> u64 {
            let known = self.known.read().await.get(currency).copied();
            if let Some(rate) = known {
                return rate;
            }
            // From here on: one task at a time, beside readers.
            let known = self.known.upgradable_read().await;
            if let Some(rate) = known.get(currency) {
                return *rate;
            }
            let rate = load.await;
            RwLockUpgradableReadGuard::upgrade(known).await.insert(currency.to_owned(), rate);
            rate
        }

        /// How many rates have been loaded and kept.
        pub async fn known(&self) -> usize {
            self.known.try_read().map_or(0, |known| known.len())
        }
    }
}
