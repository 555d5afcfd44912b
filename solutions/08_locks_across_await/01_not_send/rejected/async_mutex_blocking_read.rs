//! verdict: panic
//! tokio's mutex, locked after the await. But `get` is not async, and `blocking_lock` panics on a thread that runs tasks.
//!
//! Prices, fetched by tasks of their own.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// Where prices come from. An answer may take a while.
pub trait Market: Send + Sync + 'static {
    fn price(&self, item: &'static str) -> impl Future<Output = u32> + Send;
}

/// The prices known so far. Clones share them.
#[derive(Clone, Default)]
pub struct Prices {
    known: Arc<Mutex<HashMap<&'static str, u32>>>,
}

impl Prices {
    pub fn new() -> Self {
        Self::default()
    }

    /// Spawns a task that fetches the price of `item` and stores it. Returns at once.
    pub fn fetch<M: Market>(&self, market: Arc<M>, item: &'static str) -> JoinHandle<()> {
        let prices = self.clone();
        tokio::spawn(async move {
            let price = market.price(item).await;
            prices.known.lock().await.insert(item, price);
        })
    }

    /// The price of `item` that was fetched last, if any.
    pub fn get(&self, item: &str) -> Option<u32> {
        self.known.blocking_lock().get(item).copied()
    }
}
