//! verdict: failing-test smol_no_other_thread_asks
//! async-std's threads start by themselves, too. The program now has two runtimes, one of them discontinued.
//!
//! The prices of several shops, gathered at once. This is a library: which runtime there is, the program says.

use std::collections::BTreeMap;
use std::sync::Arc;

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
    shops: Vec<Arc<S>>,
    latest: Arc<Mutex<Latest>>,
}

impl<S: Shop> Prices<S> {
    pub fn new(shops: Vec<S>) -> Self {
        Self { shops: shops.into_iter().map(Arc::new).collect(), latest: Arc::default() }
    }

    /// Asks all shops at once and stores each answer as it comes. Ends when all have answered.
    pub async fn refresh(&self) {
        let mut tasks = Vec::new();
        for shop in &self.shops {
            let (shop, latest) = (Arc::clone(shop), Arc::clone(&self.latest));
            tasks.push(async_std::task::spawn(async move {
                let price = shop.price().await;
                latest.lock().await.insert(shop.name(), price);
            }));
        }
        for task in tasks {
            task.await;
        }
    }

    /// What is known so far.
    pub async fn latest(&self) -> Latest {
        self.latest.lock().await.clone()
    }
}
