//! verdict: failing-test tokio_two_lists_of_prices_are_independent
//! Keeps the prices in a `static`: each `Prices` also shows those of the others.
//!
//! The prices of several shops, gathered at once. This is a library: the program that uses it chooses the runtime.

use std::collections::BTreeMap;

use futures::future::join_all;
use tokio::sync::Mutex;

/// Tells its price when it is asked. An answer takes its time.
pub trait Shop: Send + Sync + 'static {
    fn name(&self) -> &'static str;
    fn price(&self) -> impl Future<Output = u32> + Send;
}

/// The latest price of each shop, by name.
pub type Latest = BTreeMap<&'static str, u32>;

static LATEST: Mutex<Latest> = Mutex::const_new(Latest::new());

/// Shops, and what they answered last.
pub struct Prices<S> {
    shops: Vec<S>,
}

impl<S: Shop> Prices<S> {
    pub fn new(shops: Vec<S>) -> Self {
        Self { shops }
    }

    /// Asks all shops at once and stores each answer as it comes. Returns when all have answered. May be awaited in any
    /// task, and dropped: what was answered until then is kept.
    pub async fn refresh(&self) {
        let asking = self.shops.iter().map(async |shop| {
            let price = shop.price().await;
            LATEST.lock().await.insert(shop.name(), price);
        });
        join_all(asking).await;
    }

    /// The latest answers so far. Waits for no shop.
    pub async fn latest(&self) -> Latest {
        LATEST.lock().await.clone()
    }
}
