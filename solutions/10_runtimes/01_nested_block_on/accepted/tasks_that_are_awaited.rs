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
    format!("{item}: {} left", pieces(shop, item).await)
}

async fn price<S: Shop>(shop: Arc<S>, item: &'static str) -> u32 {
    tokio::spawn(async move { shop.price(item).await }).await.unwrap()
}

async fn pieces<S: Shop>(shop: Arc<S>, item: &'static str) -> u32 {
    tokio::spawn(async move { shop.pieces(item).await }).await.unwrap()
}
