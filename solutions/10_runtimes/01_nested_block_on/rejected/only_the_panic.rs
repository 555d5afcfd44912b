//! verdict: deadlock
//! Mends what the panic points to. The other helper does the same and says nothing.
//!
//! Labels for a shop window. The helpers come from a time when the program was not async.

use std::sync::Arc;

/// Where prices and stocks are known. An answer takes its time.
pub trait Shop: Send + Sync + 'static {
    fn price(&self, item: &'static str) -> impl Future<Output = u32> + Send;
    fn pieces(&self, item: &'static str) -> impl Future<Output = u32> + Send;
}

/// Such as `tea: 30 cents`.
pub async fn price_label<S: Shop>(shop: Arc<S>, item: &'static str) -> String {
    format!("{item}: {} cents", price(shop, item).await)
}

/// Such as `tea: 7 left`.
pub async fn stock_label<S: Shop>(shop: Arc<S>, item: &'static str) -> String {
    format!("{item}: {} left", pieces(shop, item))
}

async fn price<S: Shop>(shop: Arc<S>, item: &'static str) -> u32 {
    shop.price(item).await
}

// TODO: and so does this. Who runs the task while its thread is blocked?
fn pieces<S: Shop>(shop: Arc<S>, item: &'static str) -> u32 {
    let counting = tokio::spawn(async move { shop.pieces(item).await });
    futures::executor::block_on(counting).unwrap()
}
