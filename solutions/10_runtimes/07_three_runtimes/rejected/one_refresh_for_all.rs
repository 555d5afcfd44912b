//! verdict: failing-test tokio_each_refresh_waits_for_all_answers
//! A refresh that finds another one under way returns at once, before any shop has answered.
//!
//! The prices of several shops, gathered at once. This is a library: the program that uses it chooses the runtime.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::join_all;

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
    asking: AtomicBool,
}

struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl<S: Shop> Prices<S> {
    pub fn new(shops: Vec<S>) -> Self {
        Self { shops, latest: Mutex::default(), asking: AtomicBool::new(false) }
    }

    /// Asks all shops at once and stores each answer as it comes. Returns when all have answered. May be awaited in any
    /// task, and dropped: what was answered until then is kept.
    pub async fn refresh(&self) {
        if self.asking.swap(true, Ordering::SeqCst) {
            return;
        }
        let _done = Done(&self.asking);
        join_all(self.shops.iter().map(async |shop| {
            let price = shop.price().await;
            self.latest.lock().unwrap().insert(shop.name(), price);
        }))
        .await;
    }

    /// The latest answers so far. Waits for no shop.
    pub async fn latest(&self) -> Latest {
        self.latest.lock().unwrap().clone()
    }
}
