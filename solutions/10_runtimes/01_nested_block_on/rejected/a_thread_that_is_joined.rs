//! verdict: deadlock two_prices_are_asked_for_at_once
//! A new thread with its own runtime may block. But `join` blocks as well, on a thread that runs tasks.
//!
//! Labels for a shop window. The helpers come from a time when the program was not async.

use std::sync::Arc;

use tokio::runtime::Runtime;

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
    std::thread::spawn(move || Runtime::new().unwrap().block_on(shop.price(item))).join().unwrap()
}

fn pieces<S: Shop>(shop: Arc<S>, item: &'static str) -> u32 {
    std::thread::spawn(move || Runtime::new().unwrap().block_on(shop.pieces(item))).join().unwrap()
}
