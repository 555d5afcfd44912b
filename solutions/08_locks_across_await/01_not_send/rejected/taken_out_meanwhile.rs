//! verdict: failing-test prices_can_be_read_during_a_fetch
//! Removes the old price before it asks. Until the market answers, there is no price to read.
//!
//! Prices, fetched by tasks of their own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

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
            prices.known.lock().unwrap().remove(item);
            let price = market.price(item).await;
            prices.known.lock().unwrap().insert(item, price);
        })
    }

    /// The price of `item` that was fetched last, if any.
    pub fn get(&self, item: &str) -> Option<u32> {
        self.known.lock().unwrap().get(item).copied()
    }
}
