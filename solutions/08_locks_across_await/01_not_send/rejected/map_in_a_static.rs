//! verdict: failing-test clones_share_their_prices_and_others_do_not
//! A `static` map needs no `Arc`, but all `Prices` share it.
//!
//! Prices, fetched by tasks of their own.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use tokio::task::JoinHandle;

/// Where prices come from. An answer may take a while.
pub trait Market: Send + Sync + 'static {
    fn price(&self, item: &'static str) -> impl Future<Output = u32> + Send;
}

/// The prices known so far. Clones share them.
#[derive(Clone, Default)]
pub struct Prices;

static KNOWN: LazyLock<Mutex<HashMap<&'static str, u32>>> = LazyLock::new(Mutex::default);

impl Prices {
    pub fn new() -> Self {
        Self
    }

    /// Spawns a task that fetches the price of `item` and stores it. Returns at once.
    pub fn fetch<M: Market>(&self, market: Arc<M>, item: &'static str) -> JoinHandle<()> {
        tokio::spawn(async move {
            let price = market.price(item).await;
            KNOWN.lock().unwrap().insert(item, price);
        })
    }

    /// The price of `item` that was fetched last, if any.
    pub fn get(&self, item: &str) -> Option<u32> {
        KNOWN.lock().unwrap().get(item).copied()
    }
}
