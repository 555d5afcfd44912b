//! verdict: deadlock a_shop_may_look_at_the_latest_prices
//! No lock is held across an await. But `poll` locks the map and then polls the shops: a shop that calls `latest`
//! waits for its own caller.
//!
//! The prices of several shops, gathered at once. This is a library: the program that uses it chooses the runtime.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::Poll;

/// Tells its price when it is asked. An answer takes its time.
pub trait Shop: Send + Sync + 'static {
    fn name(&self) -> &'static str;
    fn price(&self) -> impl Future<Output = u32> + Send;
}

type Answer<'a> = Pin<Box<dyn Future<Output = u32> + Send + 'a>>;

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

    /// Asks all shops at once and stores each answer as it comes. Returns when all have answered. May be awaited in any
    /// task, and dropped: what was answered until then is kept.
    pub async fn refresh(&self) {
        let mut asking: Vec<(&'static str, Option<Answer<'_>>)> = Vec::new();
        for shop in &self.shops {
            asking.push((shop.name(), Some(Box::pin(shop.price()))));
        }
        poll_fn(|context| {
            let mut latest = self.latest.lock().unwrap();
            let mut all = true;
            for (name, slot) in &mut asking {
                let Some(future) = slot else { continue };
                match future.as_mut().poll(context) {
                    Poll::Ready(price) => {
                        *slot = None;
                        latest.insert(name, price);
                    }
                    Poll::Pending => all = false,
                }
            }
            if all { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// The latest answers so far. Waits for no shop.
    pub async fn latest(&self) -> Latest {
        self.latest.lock().unwrap().clone()
    }
}
