//! The prices of several shops, gathered at once. This is a library: which runtime there is, the program says.

use std::collections::BTreeMap;

use futures::future::join_all;
use tokio::sync::Mutex;

/// One that can be asked for its price. An answer takes its time.
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

    /// Asks all shops at once and stores each answer as it comes. Ends when all have answered.
    pub async fn refresh(&self) {
        let asking = self.shops.iter().map(async |shop| {
            let price = shop.price().await;
            self.latest.lock().await.insert(shop.name(), price);
        });
        join_all(asking).await;
    }

    /// What is known so far.
    pub async fn latest(&self) -> Latest {
        self.latest.lock().await.clone()
    }
}
