use std::sync::Arc;

use nested_block_on::{Shop, price_label, stock_label};
use tokio::sync::Barrier;

/// Answers when it is asked a second time.
struct QuietShop;

impl Shop for QuietShop {
    async fn price(&self, item: &'static str) -> u32 {
        interleave::yield_now().await;
        item.len() as u32 * 10
    }

    async fn pieces(&self, item: &'static str) -> u32 {
        interleave::yield_now().await;
        item.len() as u32
    }
}

/// Answers nobody before two have asked.
struct BusyShop(Barrier);

impl Shop for BusyShop {
    async fn price(&self, item: &'static str) -> u32 {
        self.0.wait().await;
        QuietShop.price(item).await
    }

    async fn pieces(&self, item: &'static str) -> u32 {
        self.0.wait().await;
        QuietShop.pieces(item).await
    }
}

fn busy_shop() -> Arc<BusyShop> {
    Arc::new(BusyShop(Barrier::new(2)))
}

#[interleave::test]
async fn a_label_shows_the_price() {
    assert_eq!(price_label(Arc::new(QuietShop), "tea").await, "tea: 30 cents", "the shop says that tea costs 30");
}

#[interleave::test]
async fn a_label_shows_the_stock() {
    assert_eq!(stock_label(Arc::new(QuietShop), "tea").await, "tea: 3 left", "the shop says that 3 are left of tea");
}

#[interleave::test]
async fn two_prices_are_asked_for_at_once() {
    let shop = busy_shop();
    let labels = tokio::join!(price_label(Arc::clone(&shop), "tea"), price_label(shop, "salt"));
    assert_eq!(labels, ("tea: 30 cents".to_owned(), "salt: 40 cents".to_owned()), "both prices were known to the shop");
}

#[interleave::test]
async fn two_stocks_are_asked_for_at_once() {
    let shop = busy_shop();
    let labels = tokio::join!(stock_label(Arc::clone(&shop), "tea"), stock_label(shop, "salt"));
    assert_eq!(labels, ("tea: 3 left".to_owned(), "salt: 4 left".to_owned()), "both stocks were known to the shop");
}
