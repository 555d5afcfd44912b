//! verdict: failing-test when_a_fetch_has_ended_its_price_is_stored
//! Does not fetch an item twice at the same time: the second task ends at once, before there is a price.
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
    asked: Arc<Mutex<std::collections::HashSet<&'static str>>>,
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
            if !prices.asked.lock().unwrap().insert(item) {
                return;
            }
            let price = market.price(item).await;
            prices.known.lock().unwrap().insert(item, price);
            prices.asked.lock().unwrap().remove(item);
        })
    }

    /// The price of `item` that was fetched last, if any.
    pub fn get(&self, item: &str) -> Option<u32> {
        self.known.lock().unwrap().get(item).copied()
    }
}
