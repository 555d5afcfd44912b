//! The prices of several shops, gathered at once. This is a library: the program that uses it chooses the runtime.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _};
use tokio::sync::Mutex;

/// Tells its price when it is asked. An answer takes its time.
pub trait Shop: Send + Sync + 'static {
    fn name(&self) -> &'static str;
    fn price(&self) -> impl Future<Output = u32> + Send;
}

/// The latest price of each shop, by name.
pub type Latest = BTreeMap<&'static str, u32>;

/// Shops, and what they answered last.
pub struct Prices<S> {
    shops: Vec<S>,
    latest: Mutex<Latest>,
}

impl<S: Shop> Prices<S> {
    pub fn new(shops: Vec<S>) -> Self {
        Self { shops, latest: Mutex::default() }
    }

    /// Asks all shops at once and stores each answer as it comes. Returns when all have answered. May be awaited in any
    /// task, and dropped: what was answered until then is kept.
    pub async fn refresh(&self) {
        stream::iter(&self.shops)
            .for_each_concurrent(None, async |shop| {
                let price = shop.price().await;
                self.latest.lock().await.insert(shop.name(), price);
            })
            .await;
    }

    /// The latest answers so far. Waits for no shop.
    pub async fn latest(&self) -> Latest {
        self.latest.lock().await.clone()
    }
}
