//! verdict: deadlock any_number_of_labels_wait_at_once
//! Lets two labels at a time ask a shop; the third waits for one of them.
//!
//! Labels for a shop window. The helpers come from a time when the program was not async.

use std::sync::Arc;

use tokio::sync::Semaphore;

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

async fn price<S: Shop>(shop: Arc<S>, item: &'static str) -> u32 {
    static SLOTS: Semaphore = Semaphore::const_new(2);
    let _asking = SLOTS.acquire().await.unwrap();
    shop.price(item).await
}

async fn pieces<S: Shop>(shop: Arc<S>, item: &'static str) -> u32 {
    static SLOTS: Semaphore = Semaphore::const_new(2);
    let _asking = SLOTS.acquire().await.unwrap();
    shop.pieces(item).await
}
