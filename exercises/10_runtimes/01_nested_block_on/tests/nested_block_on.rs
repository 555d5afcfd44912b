use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use interleave::CountingWaker;
use nested_block_on::{Shop, price_label, stock_label};
use tokio::sync::Barrier;

/// Answers with another number each time: 0, 7, 14, … if `step` is 7.
struct ChangingShop {
    asked: AtomicU32,
    step: u32,
}

impl ChangingShop {
    fn new(step: u32) -> Arc<Self> {
        Arc::new(Self { asked: AtomicU32::new(0), step })
    }

    async fn answer(&self) -> u32 {
        interleave::yield_now().await;
        self.asked.fetch_add(1, SeqCst) * self.step
    }
}

impl Shop for ChangingShop {
    async fn price(&self, _item: &'static str) -> u32 {
        self.answer().await
    }

    async fn pieces(&self, _item: &'static str) -> u32 {
        self.answer().await
    }
}

/// Answers nobody before so many have asked.
struct BusyShop {
    callers: Barrier,
}

impl Shop for BusyShop {
    async fn price(&self, item: &'static str) -> u32 {
        self.callers.wait().await;
        item.len() as u32 * 10
    }

    async fn pieces(&self, item: &'static str) -> u32 {
        self.callers.wait().await;
        item.len() as u32
    }
}

/// How many labels of each kind are made at once.
const LABELS: usize = 100;

fn busy_shop() -> Arc<BusyShop> {
    Arc::new(BusyShop { callers: Barrier::new(2) })
}

#[interleave::test(real_only)] // one label at a time
async fn a_label_shows_the_price() {
    for step in [7, 11] {
        let shop = ChangingShop::new(step);
        for (asked, item) in ["tea", "salt", "tea"].into_iter().enumerate() {
            let price = asked as u32 * step;
            assert_eq!(
                price_label(Arc::clone(&shop), item).await,
                format!("{item}: {price} cents"),
                "the shop answered that {item} costs {price} now",
            );
        }
    }
}

#[interleave::test(real_only)] // one label at a time
async fn a_label_shows_the_stock() {
    for step in [7, 11] {
        let shop = ChangingShop::new(step);
        for (asked, item) in ["tea", "salt", "tea"].into_iter().enumerate() {
            let left = asked as u32 * step;
            assert_eq!(
                stock_label(Arc::clone(&shop), item).await,
                format!("{item}: {left} left"),
                "the shop answered that {left} of {item} are left now",
            );
        }
    }
}

#[interleave::test(flavor = "current_thread")]
async fn two_prices_are_asked_for_at_once() {
    let shop = busy_shop();
    // Fails to compile if a label cannot be awaited in every task: `tokio::spawn` needs a future that is `Send`.
    let tea = tokio::spawn(price_label(Arc::clone(&shop), "tea"));
    let salt = price_label(shop, "salt").await;
    assert_eq!(tea.await.unwrap(), "tea: 30 cents", "the shop answered that tea costs 30");
    assert_eq!(salt, "salt: 40 cents", "the shop answered that salt costs 40");
}

#[interleave::test(flavor = "current_thread")]
async fn two_stocks_are_asked_for_at_once() {
    let shop = busy_shop();
    let tea = tokio::spawn(stock_label(Arc::clone(&shop), "tea"));
    let salt = stock_label(shop, "salt").await;
    assert_eq!(tea.await.unwrap(), "tea: 3 left", "the shop answered that 3 of tea are left");
    assert_eq!(salt, "salt: 4 left", "the shop answered that 4 of salt are left");
}

/// Asks a task of the runtime that runs the label.
struct AsksATask;

impl Shop for AsksATask {
    async fn price(&self, item: &'static str) -> u32 {
        tokio::spawn(async move { item.len() as u32 * 10 }).await.unwrap()
    }

    async fn pieces(&self, item: &'static str) -> u32 {
        tokio::spawn(async move { item.len() as u32 }).await.unwrap()
    }
}

#[interleave::test(flavor = "current_thread")]
async fn a_shop_may_use_the_runtime() {
    let shop = Arc::new(AsksATask);
    let price = price_label(Arc::clone(&shop), "tea").await;
    assert_eq!(price, "tea: 30 cents", "a task answered that tea costs 30");
    let stock = stock_label(shop, "tea").await;
    assert_eq!(stock, "tea: 3 left", "a task answered that 3 of tea are left");
}

#[interleave::test(real_only)] // too many tasks to explore
async fn any_number_of_labels_wait_at_once() {
    let shops = [(); 2].map(|()| Arc::new(BusyShop { callers: Barrier::new(LABELS) }));
    let prices: Vec<_> = (0..LABELS).map(|_| tokio::spawn(price_label(Arc::clone(&shops[0]), "tea"))).collect();
    let stocks: Vec<_> = (0..LABELS).map(|_| tokio::spawn(stock_label(Arc::clone(&shops[1]), "tea"))).collect();
    for price in prices {
        assert_eq!(price.await.unwrap(), "tea: 30 cents", "the shop answered that tea costs 30");
    }
    for stock in stocks {
        assert_eq!(stock.await.unwrap(), "tea: 3 left", "the shop answered that 3 of tea are left");
    }
}

#[interleave::test(flavor = "current_thread")]
async fn a_label_sleeps_however_long_its_shop_takes() {
    let shop = busy_shop();
    let waker = CountingWaker::new();
    let mut price = pin!(price_label(Arc::clone(&shop), "tea"));
    assert!(waker.poll(price.as_mut()).is_pending(), "the shop answers nobody before two have asked");
    tokio::time::advance(Duration::from_secs(1000)).await;
    assert_eq!(
        waker.wakes(),
        0,
        "the shop has not answered for a thousand seconds; left: how often the label was woken. Does it ask again, or give up?",
    );
    let (price, stock) = tokio::join!(price, stock_label(shop, "tea"));
    assert_eq!(price, "tea: 30 cents", "two callers asked, and the shop answered that tea costs 30");
    assert_eq!(stock, "tea: 3 left", "two callers asked, and the shop answered that 3 of tea are left");
}
