//! verdict: panic two_prices_are_asked_for_at_once
//! Uses the existing runtime instead of a new one. tokio refuses the blocking, not the second runtime.
//!
//! Labels for a shop window. The helpers come from a time when the program was not async.

use std::sync::Arc;

use tokio::runtime::Handle;

/// Where prices and stocks are known. An answer takes its time.
pub trait Shop: Send + Sync + 'static {
    fn price(&self, item: &'static str) -> impl Future<Output = u32> + Send;
    fn pieces(&self, item: &'static str) -> impl Future<Output = u32> + Send;
}

/// The price that `shop` answers with now, such as `tea: 30 cents`. May be awaited in any task.
pub async fn price_label<S: Shop>(shop: Arc<S>, item: &'static str) -> String {
    format!("{item}: {} cents", price(shop, item))
}

/// The stock that `shop` answers with now, such as `tea: 7 left`. May be awaited in any task.
pub async fn stock_label<S: Shop>(shop: Arc<S>, item: &'static str) -> String {
    format!("{item}: {} left", pieces(shop, item))
}

fn price<S: Shop>(shop: Arc<S>, item: &'static str) -> u32 {
    Handle::current().block_on(shop.price(item))
}

fn pieces<S: Shop>(shop: Arc<S>, item: &'static str) -> u32 {
    let counting = tokio::spawn(async move { shop.pieces(item).await });
    Handle::current().block_on(counting).unwrap()
}
