//! The prices of several shops, gathered at once. This is a library: the program that uses it chooses the runtime.

use std::collections::BTreeMap;
use std::sync::Mutex;

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
    shops: Vec<(S, Mutex<Option<u32>>)>,
}

impl<S: Shop> Prices<S> {
    pub fn new(shops: Vec<S>) -> Self {
        Self { shops: shops.into_iter().map(|shop| (shop, Mutex::new(None))).collect() }
    }

    /// Asks all shops at once and stores each answer as it comes. Returns when all have answered. May be awaited in any
    /// task, and dropped: what was answered until then is kept.
    pub async fn refresh(&self) {
        join_all(self.shops.iter().map(|(shop, slot)| async move {
            let price = shop.price().await;
            *slot.lock().unwrap() = Some(price);
        }))
        .await;
    }

    /// The latest answers so far. Waits for no shop.
    pub async fn latest(&self) -> Latest {
        self.shops.iter().filter_map(|(shop, slot)| slot.lock().unwrap().map(|price| (shop.name(), price))).collect()
    }
}
