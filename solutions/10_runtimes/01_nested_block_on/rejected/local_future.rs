//! verdict: compile-error cannot be sent between threads safely
//! Boxes the future without `Send`. It can be awaited where it was made, but not spawned on a runtime of several threads.
//!
//! Labels for a shop window. The helpers come from a time when the program was not async.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::LocalBoxFuture;

/// Where prices and stocks are known. An answer takes its time.
pub trait Shop: Send + Sync + 'static {
    fn price(&self, item: &'static str) -> impl Future<Output = u32> + Send;
    fn pieces(&self, item: &'static str) -> impl Future<Output = u32> + Send;
}

/// The price that `shop` answers with now, such as `tea: 30 cents`. May be awaited in any task.
pub async fn price_label<S: Shop>(shop: Arc<S>, item: &'static str) -> String {
    format!("{item}: {} cents", price(shop, item).await)
}

/// The stock that `shop` answers with now, such as `tea: 7 left`. May be awaited in any task.
pub async fn stock_label<S: Shop>(shop: Arc<S>, item: &'static str) -> String {
    format!("{item}: {} left", pieces(shop, item).await)
}

fn price<S: Shop>(shop: Arc<S>, item: &'static str) -> LocalBoxFuture<'static, u32> {
    async move { shop.price(item).await }.boxed_local()
}

async fn pieces<S: Shop>(shop: Arc<S>, item: &'static str) -> u32 {
    shop.pieces(item).await
}
