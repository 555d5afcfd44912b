use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use smol::channel::{Receiver, Sender, bounded};
use smol::future::poll_once;
use three_runtimes::{Latest, Prices, Shop};
// Waits for its parties on any runtime: nothing in `tokio::sync` needs tokio's.
use tokio::sync::Barrier;

/// The output of `future` if nobody else has to do anything for it. Other tasks of this thread get their turn.
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
struct Waiting(&'static str, Arc<Barrier>);

impl Shop for Waiting {
    fn name(&self) -> &'static str {
        self.0
    }

    async fn price(&self) -> u32 {
        self.1.wait().await;
        price_of(self.0)
    }
}

fn price_of(name: &str) -> u32 {
    name.len() as u32 * 10
}

async fn all_shops_are_asked_at_once() {
    let all_asked = Arc::new(Barrier::new(3));
    let prices = Prices::new(["east", "west", "north"].map(|name| Waiting(name, Arc::clone(&all_asked))).into());
    // Ends only if each shop is asked before another one has answered.
    prices.refresh().await;
    assert_eq!(
        prices.latest().await,
        Latest::from([("east", 40), ("north", 50), ("west", 40)]),
        "three shops were asked, and all have answered",
    );
}

/// A shop that answers when the test opens it.
struct Gated(&'static str, Receiver<()>);

impl Shop for Gated {
    fn name(&self) -> &'static str {
        self.0
    }

    async fn price(&self) -> u32 {
        // The channel is closed when the gate is opened.
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
    let mut refresh = pin!(prices.refresh());
    drop(open_quick);
    assert_eq!(without_waiting(&mut refresh).await, None, "one shop has not answered yet, and the refresh has ended");
    assert_eq!(
        without_waiting(prices.latest()).await,
        Some(Latest::from([("quick", 50)])),
        "one shop has answered and one has not; `None` means that whoever wants to look has to wait for it",
    );
    drop(open_slow);
    refresh.await;
    assert_eq!(prices.latest().await, Latest::from([("quick", 50), ("slow", 40)]), "both shops have answered");
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
        "this program runs its futures on one thread; somebody has started another to ask the shops",
    );
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
