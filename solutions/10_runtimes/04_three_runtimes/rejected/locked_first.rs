//! verdict: failing-test tokio_an_answer_is_stored_as_it_comes
//! Holds the lock while it asks: whoever wants to look waits for the slowest shop.
//!
//! The prices of several shops, gathered at once. This is a library: which runtime there is, the program says.

use std::collections::BTreeMap;

use futures::stream::{FuturesUnordered, StreamExt as _};
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
        let mut latest = self.latest.lock().await;
        let mut answers: FuturesUnordered<_> =
            self.shops.iter().map(|shop| async move { (shop.name(), shop.price().await) }).collect();
        while let Some((name, price)) = answers.next().await {
            latest.insert(name, price);
        }
    }

    /// What is known so far.
    pub async fn latest(&self) -> Latest {
        self.latest.lock().await.clone()
    }
}
