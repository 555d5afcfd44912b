//! verdict: failing-test tokio_no_other_thread_asks
//! smol's executor starts by itself, so this runs everywhere, but on a thread that is not the caller's.
//!
//! The prices of several shops, gathered at once. This is a library: the program that uses it chooses the runtime.

use std::collections::BTreeMap;
use std::sync::Arc;

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
        let mut tasks = Vec::new();
        for shop in &self.shops {
            let (shop, latest) = (Arc::clone(shop), Arc::clone(&self.latest));
            tasks.push(smol::spawn(async move {
                let price = shop.price().await;
                latest.lock().await.insert(shop.name(), price);
            }));
        }
        for task in tasks {
            task.await;
        }
    }

    /// The latest answers so far. Waits for no shop.
    pub async fn latest(&self) -> Latest {
        self.latest.lock().await.clone()
    }
}
