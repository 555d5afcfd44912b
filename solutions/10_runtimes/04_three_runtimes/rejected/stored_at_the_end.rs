//! verdict: failing-test tokio_an_answer_is_stored_as_it_comes
//! Waits for all answers before it stores any: the slowest shop decides when the others' prices are known.
//!
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
        let prices = join_all(self.shops.iter().map(|shop| shop.price())).await;
        let mut latest = self.latest.lock().await;
        for (shop, price) in self.shops.iter().zip(prices) {
            latest.insert(shop.name(), price);
        }
    }

    /// What is known so far.
    pub async fn latest(&self) -> Latest {
        self.latest.lock().await.clone()
    }
}
