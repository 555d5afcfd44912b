//! verdict: failing-test tokio_with_two_threads_no_other_thread_asks
//! Spawns tasks if there is a tokio runtime. If that has several threads, they may ask the shops on other threads
//! than the caller's.
//!
//! The prices of several shops, gathered at once. This is a library: the program that uses it chooses the runtime.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::join_all;
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
    shops: Vec<Arc<S>>,
    latest: Arc<Mutex<Latest>>,
}

impl<S: Shop> Prices<S> {
    pub fn new(shops: Vec<S>) -> Self {
        Self { shops: shops.into_iter().map(Arc::new).collect(), latest: Arc::default() }
    }

    /// Asks all shops at once and stores each answer as it comes. Returns when all have answered. May be awaited in any
    /// task, and dropped: what was answered until then is kept.
    pub async fn refresh(&self) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let asking = self.shops.iter().map(|shop| {
                let (shop, latest) = (Arc::clone(shop), Arc::clone(&self.latest));
                runtime.spawn(async move {
                    let price = shop.price().await;
                    latest.lock().await.insert(shop.name(), price);
                })
            });
            join_all(asking).await;
            return;
        }
        let asking = self.shops.iter().map(async |shop| {
            let price = shop.price().await;
            self.latest.lock().await.insert(shop.name(), price);
        });
        join_all(asking).await;
    }

    /// The latest answers so far. Waits for no shop.
    pub async fn latest(&self) -> Latest {
        self.latest.lock().await.clone()
    }
}
