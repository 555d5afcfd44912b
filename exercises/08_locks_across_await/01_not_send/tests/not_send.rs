use std::sync::Arc;
use std::time::Duration;

use not_send::{Market, Prices};
use tokio::time::{Instant, sleep};

const ANSWER: Duration = Duration::from_millis(100);

/// Answers with ten times the length of the item's name, after `ANSWER`.
struct SlowMarket;

impl Market for SlowMarket {
    async fn price(&self, item: &'static str) -> u32 {
        sleep(ANSWER).await;
        item.len() as u32 * 10
    }
}

#[interleave::test]
async fn a_fetched_price_is_stored() {
    let prices = Prices::new();
    assert_eq!(prices.get("tea"), None, "nothing has been fetched yet");
    prices.fetch(Arc::new(SlowMarket), "tea").await.unwrap();
    assert_eq!(prices.get("tea"), Some(30), "the task has ended, so its price is stored");
}

#[interleave::test]
async fn three_fetches_take_as_long_as_one() {
    let (prices, market) = (Prices::new(), Arc::new(SlowMarket));
    let start = Instant::now();
    let tasks = ["tea", "salt", "sugar"].map(|item| prices.fetch(Arc::clone(&market), item));
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(
        start.elapsed(),
        ANSWER,
        "three prices that do not depend on each other took longer than one: \
         each task waited for a lock that another one held during its fetch",
    );
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
    let (prices, market) = (Prices::new(), Arc::new(SlowMarket));
    prices.fetch(Arc::clone(&market), "tea").await.unwrap();
    let fetching = prices.fetch(market, "salt");
    sleep(ANSWER / 2).await; // in the middle of the fetch
    assert_eq!(prices.get("tea"), Some(30), "another price is being fetched, and this one has been known for long");
    assert_eq!(prices.get("salt"), None, "the market has not answered yet");
    fetching.await.unwrap();
}
