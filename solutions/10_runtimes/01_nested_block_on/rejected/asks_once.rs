//! verdict: failing-test a_label_shows_the_stock
//! Caches the stock of each item, for all shops: a later label shows what was left when the first was made.
//!
//! Labels for a shop window. The helpers come from a time when the program was not async.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

static KNOWN: LazyLock<Mutex<HashMap<&str, u32>>> = LazyLock::new(Mutex::default);

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
    shop.price(item).await
}

async fn pieces<S: Shop>(shop: Arc<S>, item: &'static str) -> u32 {
    let known = KNOWN.lock().unwrap().get(item).copied();
    if let Some(pieces) = known {
        return pieces;
    }
    let pieces = shop.pieces(item).await;
    KNOWN.lock().unwrap().insert(item, pieces);
    pieces
}
