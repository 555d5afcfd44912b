//! verdict: failing-test tokio_a_dropped_refresh_keeps_what_was_answered
//! Sets a flag while it asks, and does nothing if the flag is set. A refresh that is dropped leaves the flag set.
//!
//! The prices of several shops, gathered at once. This is a library: the program that uses it chooses the runtime.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

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
    shops: Vec<S>,
    latest: Mutex<Latest>,
    refreshing: AtomicBool,
}

impl<S: Shop> Prices<S> {
    pub fn new(shops: Vec<S>) -> Self {
        Self { shops, latest: Mutex::default(), refreshing: AtomicBool::new(false) }
    }

    /// Asks all shops at once and stores each answer as it comes. Returns when all have answered. May be awaited in any
    /// task, and dropped: what was answered until then is kept.
    pub async fn refresh(&self) {
        if self.refreshing.swap(true, Ordering::SeqCst) {
            return;
        }
        let asking = self.shops.iter().map(async |shop| {
            let price = shop.price().await;
            self.latest.lock().await.insert(shop.name(), price);
        });
        join_all(asking).await;
        self.refreshing.store(false, Ordering::SeqCst);
    }

    /// The latest answers so far. Waits for no shop.
    pub async fn latest(&self) -> Latest {
        self.latest.lock().await.clone()
    }
}
