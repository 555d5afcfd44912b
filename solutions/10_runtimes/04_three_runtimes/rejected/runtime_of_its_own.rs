//! verdict: panic
//! Brings the runtime along. In a program that has one already it may not block on the second.
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
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mut tasks = Vec::new();
            for shop in &self.shops {
                let (shop, latest) = (Arc::clone(shop), Arc::clone(&self.latest));
                // TODO: this needs a tokio runtime, and the program may have another.
                tasks.push(tokio::spawn(async move {
                    let price = shop.price().await;
                    latest.lock().await.insert(shop.name(), price);
                }));
            }
            for task in tasks {
                task.await.unwrap();
            }
        });
    }

    /// What is known so far.
    pub async fn latest(&self) -> Latest {
        self.latest.lock().await.clone()
    }
}
