//! verdict: failing-test a_label_sleeps_however_long_its_shop_takes
//! Wakes itself in every poll until the shop has answered: its thread is always busy.
//!
//! Labels for a shop window. The helpers come from a time when the program was not async.

use std::sync::Arc;

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
    let mut answer = std::pin::pin!(shop.price(item));
    std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        answer.as_mut().poll(context)
    })
    .await
}

async fn pieces<S: Shop>(shop: Arc<S>, item: &'static str) -> u32 {
    let mut answer = std::pin::pin!(shop.pieces(item));
    std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        answer.as_mut().poll(context)
    })
    .await
}
