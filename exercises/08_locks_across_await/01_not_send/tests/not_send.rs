use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use not_send::{Market, Prices};
use tokio::time::{Instant, sleep};

const ANSWER: Duration = Duration::from_secs(3);

/// Answers with ten times the length of the item's name, after `ANSWER`.
struct SlowMarket;

impl Market for SlowMarket {
    async fn price(&self, item: &'static str) -> u32 {
        sleep(ANSWER).await;
        item.len() as u32 * 10
    }
}

/// Answers 1 to the first question, 0 to the second, 2 to the third, after `ANSWER`.
#[derive(Default)]
struct NervousMarket(AtomicU32);

impl Market for NervousMarket {
    async fn price(&self, _item: &'static str) -> u32 {
        sleep(ANSWER).await;
        [1, 0, 2][self.0.fetch_add(1, Ordering::SeqCst) as usize % 3]
    }
}

/// Answers at once.
struct NearMarket;

impl Market for NearMarket {
    async fn price(&self, _item: &'static str) -> u32 {
        5
    }
}

#[interleave::test]
async fn a_fetched_price_is_stored() {
    let prices = Prices::new();
    assert_eq!(prices.get("tea"), None, "nothing has been fetched yet");
    prices.fetch(Arc::new(SlowMarket), "tea").await.unwrap();
    assert_eq!(prices.get("tea"), Some(30), "the task has ended, so its price is stored");
    assert_eq!(prices.get("salt"), None, "nobody has fetched this price");
}

#[interleave::test]
async fn a_later_price_replaces_the_earlier_one() {
    let (prices, market) = (Prices::new(), Arc::new(NervousMarket::default()));
    for price in [1, 0, 2] {
        prices.fetch(Arc::clone(&market), "tea").await.unwrap();
        assert_eq!(prices.get("tea"), Some(price), "the market's answers are 1, 0 and 2; right: the last one so far");
    }
}

#[interleave::test(real_only)]
async fn a_thousand_fetches_take_as_long_as_one() {
    let (prices, market) = (Prices::new(), Arc::new(SlowMarket));
    let start = Instant::now();
    let tasks: Vec<_> = (0..1_000).map(|_| prices.fetch(Arc::clone(&market), "tea")).collect();
    assert_eq!(start.elapsed(), Duration::ZERO, "`fetch` should return at once, not when the market has answered");
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(
        start.elapsed(),
        ANSWER,
        "1,000 fetches took longer than one: some waited for a lock that another one held during its fetch",
    );
}

#[interleave::test]
async fn when_a_fetch_has_ended_its_price_is_stored() {
    let (prices, market) = (Prices::new(), Arc::new(SlowMarket));
    let [first, second] = ["tea"; 2].map(|item| prices.fetch(Arc::clone(&market), item));
    second.await.unwrap();
    assert_eq!(prices.get("tea"), Some(30), "of two fetches of one item the second has ended, and there is no price");
    first.await.unwrap();
}

#[interleave::test]
async fn every_price_is_kept() {
    let (prices, market) = (Prices::new(), Arc::new(SlowMarket));
    let tasks = ["tea", "salt"].map(|item| prices.fetch(Arc::clone(&market), item));
    for task in tasks {
        task.await.unwrap();
    }
    let both = (prices.get("tea"), prices.get("salt"));
    assert_eq!(
        both,
        (Some(30), Some(40)),
        "two tasks stored a price each: was the whole map written back over one of them?"
    );
}

#[interleave::test]
async fn prices_can_be_read_during_a_fetch() {
    let (prices, market) = (Prices::new(), Arc::new(NervousMarket::default()));
    prices.fetch(Arc::clone(&market), "tea").await.unwrap();
    let fetching = ["tea", "salt"].map(|item| prices.fetch(Arc::clone(&market), item));
    sleep(ANSWER / 2).await; // in the middle of both fetches
    assert_eq!(prices.get("tea"), Some(1), "a new price is being fetched, and until it is there the old one holds");
    assert_eq!(prices.get("salt"), None, "the market has not answered yet");
    for task in fetching {
        task.await.unwrap();
    }
}

#[interleave::test(worker_threads = 2)]
async fn prices_can_be_read_while_one_is_stored() {
    let (prices, market) = (Prices::new(), Arc::new(NearMarket));
    prices.fetch(Arc::clone(&market), "tea").await.unwrap();
    let storing = prices.fetch(market, "salt");
    let seen = prices.get("tea");
    storing.await.unwrap();
    assert_eq!(
        seen,
        Some(5),
        "the price of tea has long been known; another task was storing one of salt, and `get` did not wait for it",
    );
}

#[interleave::test]
async fn clones_share_their_prices_and_others_do_not() {
    let (prices, other) = (Prices::new(), Prices::new());
    let clone = prices.clone();
    prices.fetch(Arc::new(SlowMarket), "tea").await.unwrap();
    assert_eq!(clone.get("tea"), Some(30), "the price was fetched by another clone of the same `Prices`");
    assert_eq!(other.get("tea"), None, "the price was fetched by a different `Prices`, not by this one or a clone");
}
