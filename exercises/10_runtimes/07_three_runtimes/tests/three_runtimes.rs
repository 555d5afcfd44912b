use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::thread::{self, ThreadId};

use interleave::CountingWaker;
use smol::channel::{Receiver, Sender, bounded};
use smol::future::poll_once;
use three_runtimes::{Latest, Prices, Shop};
// Waits for its parties on any runtime: nothing in `tokio::sync` needs tokio's.
use tokio::sync::Barrier;

/// The output of `future` if it needs nothing from another task or thread. Other tasks of this thread get their turn.
async fn without_waiting<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..100 {
        if let Some(output) = poll_once(&mut future).await {
            return Some(output);
        }
        interleave::yield_now().await;
    }
    None
}

/// A shop that answers when all of them have been asked.
struct Waiting(&'static str, u32, Arc<Barrier>);

impl Shop for Waiting {
    fn name(&self) -> &'static str {
        self.0
    }

    async fn price(&self) -> u32 {
        self.2.wait().await;
        self.1
    }
}

/// What every runtime of several threads needs of a task.
fn send<F: Future + Send>(future: F) -> F {
    future
}

async fn all_shops_are_asked_at_once() {
    const SHOPS: u32 = 200;
    let all_asked = Arc::new(Barrier::new(SHOPS as usize));
    let names: Vec<&'static str> = (0..SHOPS).map(|shop| &*format!("shop {shop}").leak()).collect();
    let shops = names.iter().zip(0..).map(|(name, price)| Waiting(name, price, Arc::clone(&all_asked)));
    let prices = Prices::new(shops.collect());
    // Ends only if each shop is asked before another one has answered.
    send(prices.refresh()).await;
    assert_eq!(
        send(prices.latest()).await,
        names.into_iter().zip(0..).collect(),
        "{SHOPS} shops were asked, and all have answered; left: the prices that are known; right: the answers",
    );
}

/// A shop that answers with another price each time: 0, 1, 2, …
struct Dearer(&'static str, AtomicU32);

impl Shop for Dearer {
    fn name(&self) -> &'static str {
        self.0
    }

    async fn price(&self) -> u32 {
        interleave::yield_now().await;
        self.1.fetch_add(1, SeqCst)
    }
}

async fn each_refresh_asks_again() {
    let prices = Prices::new(vec![Dearer("east", AtomicU32::new(0)), Dearer("west", AtomicU32::new(0))]);
    assert_eq!(prices.latest().await, Latest::new(), "no shop has been asked yet");
    for price in 0..3 {
        prices.refresh().await;
        assert_eq!(
            prices.latest().await,
            Latest::from([("east", price), ("west", price)]),
            "both shops have answered {price}; left: the prices that are known",
        );
    }
    let none = Prices::<Dearer>::new(Vec::new());
    none.refresh().await;
    assert_eq!(none.latest().await, Latest::new(), "there are no shops; left: the prices that are known");
}

async fn each_refresh_waits_for_all_answers() {
    for first_is_dropped in [false, true] {
        let (shop, open) = gated("east");
        let prices = Prices::new(vec![shop]);
        let (mut first, mut second) = (Box::pin(prices.refresh()), Box::pin(prices.refresh()));
        assert_eq!(without_waiting(&mut first).await, None, "the shop has not answered, and the refresh has ended");
        assert_eq!(
            without_waiting(&mut second).await,
            None,
            "the shop has not answered, and a refresh has ended: only because another one was under way?",
        );
        if first_is_dropped {
            drop(first);
            drop(open);
        } else {
            drop(open);
            first.await;
        }
        second.await;
        assert_eq!(prices.latest().await, Latest::from([("east", 40)]), "the shop has answered; left: what is known");
    }
}

async fn two_lists_of_prices_are_independent() {
    let (first, second) = (gated("east"), gated("west"));
    let (shops, other_shops) = (Prices::new(vec![first.0]), Prices::new(vec![second.0]));
    let mut refresh = pin!(shops.refresh());
    assert_eq!(without_waiting(&mut refresh).await, None, "the shop has not answered yet, and the refresh has ended");
    drop(second.1);
    other_shops.refresh().await;
    drop(first.1);
    refresh.await;
    assert_eq!(shops.latest().await, Latest::from([("east", 40)]), "left: the prices of the first of two lists");
    assert_eq!(other_shops.latest().await, Latest::from([("west", 40)]), "left: the prices of the second of two lists");
}

async fn a_dropped_refresh_keeps_what_was_answered() {
    let ((quick, open_quick), (slow, open_slow)) = (gated("quick"), gated("slow"));
    let prices = Prices::new(vec![slow, quick]);
    drop(open_quick);
    assert_eq!(without_waiting(prices.refresh()).await, None, "one shop has not answered, and the refresh has ended");
    // The refresh is dropped.
    assert_eq!(
        prices.latest().await,
        Latest::from([("quick", 50)]),
        "one shop answered before the refresh was dropped"
    );
    drop(open_slow);
    prices.refresh().await;
    assert_eq!(
        prices.latest().await,
        Latest::from([("quick", 50), ("slow", 40)]),
        "one refresh was dropped, and then a second one ended; left: the prices that are known",
    );
}

fn price_of(name: &str) -> u32 {
    name.len() as u32 * 10
}

/// A shop that answers when the test opens it, and then each time.
struct Gated(&'static str, Receiver<()>);

impl Shop for Gated {
    fn name(&self) -> &'static str {
        self.0
    }

    async fn price(&self) -> u32 {
        // One message is one answer. The channel is closed when the gate is opened for good.
        let _ = self.1.recv().await;
        price_of(self.0)
    }
}

fn gated(name: &'static str) -> (Gated, Sender<()>) {
    let (gate, open) = bounded(1);
    (Gated(name, open), gate)
}

async fn an_answer_is_stored_as_it_comes() {
    let ((quick, open_quick), (slow, open_slow)) = (gated("quick"), gated("slow"));
    let prices = Prices::new(vec![slow, quick]);
    {
        let mut refresh = pin!(prices.refresh());
        open_quick.try_send(()).unwrap();
        assert_eq!(without_waiting(&mut refresh).await, None, "a shop has not answered yet, and the refresh has ended");
        assert_eq!(
            without_waiting(prices.latest()).await,
            Some(Latest::from([("quick", 50)])),
            "one shop has answered and one has not; `None` means that `latest` waits for the second one",
        );
        open_slow.try_send(()).unwrap();
        refresh.await;
    }
    let both = Latest::from([("quick", 50), ("slow", 40)]);
    assert_eq!(prices.latest().await, both, "both shops have answered");
    let mut refresh = pin!(prices.refresh());
    assert_eq!(without_waiting(&mut refresh).await, None, "no shop has answered again, and the refresh has ended");
    assert_eq!(
        without_waiting(prices.latest()).await,
        Some(both),
        "while a second refresh is under way, the old answers are still the latest; `None` means that `latest` waits",
    );
    drop((open_quick, open_slow));
    refresh.await;
}

/// A shop that notes on which threads it is asked.
struct Watched(Arc<Mutex<Vec<ThreadId>>>);

impl Shop for Watched {
    fn name(&self) -> &'static str {
        "watched"
    }

    async fn price(&self) -> u32 {
        self.0.lock().unwrap().push(thread::current().id());
        interleave::yield_now().await;
        self.0.lock().unwrap().push(thread::current().id());
        price_of("watched")
    }
}

async fn no_other_thread_asks() {
    let asked_by = Arc::default();
    let prices = Prices::new(vec![Watched(Arc::clone(&asked_by)), Watched(Arc::clone(&asked_by))]);
    prices.refresh().await;
    let asked_by = asked_by.lock().unwrap();
    assert_eq!(asked_by.len(), 4, "two shops were asked, each took two polls to answer");
    assert!(
        asked_by.iter().all(|thread| *thread == thread::current().id()),
        "shops were asked on another thread than the one that awaits the refresh",
    );
}

/// A shop that looks at the latest prices while it is asked.
#[derive(Default)]
struct Curious(OnceLock<Weak<Prices<Curious>>>);

impl Shop for Curious {
    fn name(&self) -> &'static str {
        "curious"
    }

    async fn price(&self) -> u32 {
        let prices = self.0.get().and_then(Weak::upgrade).unwrap();
        let latest = poll_once(prices.latest()).await;
        assert_eq!(
            latest,
            Some(Latest::new()),
            "a shop called `latest` while it was asked, and no shop had answered; `None` means that `latest` waits",
        );
        price_of("curious")
    }
}

/// A tokio runtime of one thread. Its clock is the real one, which other threads do not confuse.
fn on_tokio(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test);
}

#[interleave::test]
fn tokio_all_shops_are_asked_at_once() {
    on_tokio(all_shops_are_asked_at_once());
}

#[interleave::test]
fn tokio_an_answer_is_stored_as_it_comes() {
    on_tokio(an_answer_is_stored_as_it_comes());
}

#[interleave::test]
fn tokio_no_other_thread_asks() {
    on_tokio(no_other_thread_asks());
}

#[interleave::test]
fn tokio_each_refresh_asks_again() {
    on_tokio(each_refresh_asks_again());
}

#[interleave::test]
fn tokio_a_dropped_refresh_keeps_what_was_answered() {
    on_tokio(a_dropped_refresh_keeps_what_was_answered());
}

#[interleave::test]
fn tokio_each_refresh_waits_for_all_answers() {
    on_tokio(each_refresh_waits_for_all_answers());
}

#[interleave::test]
fn tokio_two_lists_of_prices_are_independent() {
    on_tokio(two_lists_of_prices_are_independent());
}

#[interleave::test(runtime = "async-std")]
async fn async_std_all_shops_are_asked_at_once() {
    all_shops_are_asked_at_once().await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_an_answer_is_stored_as_it_comes() {
    an_answer_is_stored_as_it_comes().await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_no_other_thread_asks() {
    no_other_thread_asks().await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_each_refresh_asks_again() {
    each_refresh_asks_again().await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_a_dropped_refresh_keeps_what_was_answered() {
    a_dropped_refresh_keeps_what_was_answered().await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_each_refresh_waits_for_all_answers() {
    each_refresh_waits_for_all_answers().await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_two_lists_of_prices_are_independent() {
    two_lists_of_prices_are_independent().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_all_shops_are_asked_at_once() {
    all_shops_are_asked_at_once().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_an_answer_is_stored_as_it_comes() {
    an_answer_is_stored_as_it_comes().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_no_other_thread_asks() {
    no_other_thread_asks().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_each_refresh_asks_again() {
    each_refresh_asks_again().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_a_dropped_refresh_keeps_what_was_answered() {
    a_dropped_refresh_keeps_what_was_answered().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_each_refresh_waits_for_all_answers() {
    each_refresh_waits_for_all_answers().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_two_lists_of_prices_are_independent() {
    two_lists_of_prices_are_independent().await;
}

/// Its tasks run on other threads than the one that polls the test.
#[interleave::test]
fn tokio_with_two_threads_no_other_thread_asks() {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap().block_on(no_other_thread_asks());
}

#[interleave::test(runtime = "smol")]
async fn a_shop_may_look_at_the_latest_prices() {
    let shop = Curious::default();
    let prices = Arc::new_cyclic(|prices| {
        shop.0.set(Weak::clone(prices)).unwrap();
        Prices::new(vec![shop])
    });
    prices.refresh().await;
    assert_eq!(prices.latest().await, Latest::from([("curious", 70)]), "the shop has answered; left: what is known");
}

/// Needs no runtime at all.
#[interleave::test]
fn a_refresh_sleeps_until_a_shop_answers() {
    let (shop, open) = gated("east");
    let prices = Prices::new(vec![shop]);
    let waker = CountingWaker::new();
    let mut refresh = pin!(prices.refresh());
    // An executor inside the future may wake itself when it starts its tasks, and then it has nothing to do.
    let asleep = (0..10).any(|_| {
        let before = waker.wakes();
        assert!(waker.poll(refresh.as_mut()).is_pending(), "the shop has not answered, and the refresh has ended");
        waker.wakes() == before
    });
    assert!(
        asleep,
        "no shop has answered, and ten polls in a row woke the refresh: it polls the shops again and again"
    );
    let before = waker.wakes();
    drop(open);
    assert!(waker.wakes() > before, "the shop has answered, and the refresh is not woken");
    let ended = (0..10).any(|_| waker.poll(refresh.as_mut()).is_ready());
    assert!(ended, "the only shop has answered, and the refresh does not end");
}
