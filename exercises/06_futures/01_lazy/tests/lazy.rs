use std::cell::Cell;
use std::pin::pin;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use interleave::CountingWaker;
use lazy::{Figures, File, Service, checksums, figures};
use tokio::time::{Instant, sleep};

/// How long the calls of a service take: counting a visit, sales, costs, stock.
type Latency = [Duration; 4];

const EQUAL: Latency = [Duration::from_millis(100); 4];

const NAMES: [&str; 3] = ["sales", "costs", "stock"];

/// Answers with a different figure for each name, after a while.
struct SlowService {
    latency: Latency,
    figures: [u64; 3],
    visits: Cell<u32>,
    answers: Cell<u32>,
}

impl SlowService {
    fn new(latency: Latency, figures: [u64; 3]) -> Self {
        Self { latency, figures, visits: Cell::new(0), answers: Cell::new(0) }
    }

    fn answer(&self) -> Figures {
        let [sales, costs, stock] = self.figures;
        Figures { sales, costs, stock }
    }
}

impl Service for SlowService {
    async fn note_visit(&self) {
        sleep(self.latency[0]).await;
        self.visits.set(self.visits.get() + 1);
    }

    async fn figure(&self, name: &str) -> u64 {
        let which = NAMES.iter().position(|known| *known == name).expect("a figure that the service knows");
        sleep(self.latency[which + 1]).await;
        self.answers.set(self.answers.get() + 1);
        self.figures[which]
    }
}

/// A file whose checksum is computed together with that of another one: each waits until both have begun.
struct InStep(Arc<Barrier>, u64);

impl File for InStep {
    fn checksum(&self) -> u64 {
        self.0.wait();
        self.1
    }
}

/// A file whose checksum is known.
struct Known(u64);

impl File for Known {
    fn checksum(&self) -> u64 {
        self.0
    }
}

#[interleave::test]
async fn the_figures_are_those_of_the_service() {
    for figures_of_the_day in [[30, 20, 10], [0, 7, 0]] {
        let service = SlowService::new(EQUAL, figures_of_the_day);
        let Figures { sales, costs, stock } = figures(&service).await;
        assert_eq!(
            [sales, costs, stock],
            figures_of_the_day,
            "left: sales, costs and stock, right: what the service says"
        );
        assert_eq!(service.answers.get(), 3, "left: how often the service was asked for three figures");
    }
}

#[interleave::test]
async fn a_visit_is_counted_once() {
    let service = SlowService::new(EQUAL, [3, 2, 1]);
    figures(&service).await;
    assert_eq!(
        service.visits.get(),
        1,
        "left: how many visits were counted for one call of `figures`; a future that is not polled counts none"
    );
    figures(&service).await;
    assert_eq!(service.visits.get(), 2, "left: how many visits were counted for two calls of `figures`");
}

#[interleave::test]
async fn four_calls_take_as_long_as_one() {
    let service = SlowService::new(EQUAL, [3, 2, 1]);
    let start = Instant::now();
    figures(&service).await;
    assert_eq!(
        start.elapsed(),
        EQUAL[0],
        "left: how long a visit and three figures took, right: how long each of them takes; \
         one future was not polled before another one was ready",
    );
}

#[interleave::test]
async fn figures_take_as_long_as_the_slowest_call() {
    for slowest in 0..4 {
        let mut latency = [10, 20, 30, 40].map(Duration::from_millis);
        latency[slowest] = Duration::from_secs(600);
        let service = SlowService::new(latency, [3, 2, 1]);
        let start = Instant::now();
        let seen = figures(&service).await;
        assert_eq!(start.elapsed(), latency[slowest], "left: how long `figures` took; the calls took {latency:?}");
        assert_eq!(service.visits.get(), 1, "left: how many visits were counted; the calls took {latency:?}");
        assert!(matches!(seen, Figures { sales: 3, costs: 2, stock: 1 }), "got {seen:?}; the calls took {latency:?}");
    }
}

#[interleave::test]
async fn two_services_do_not_disturb_each_other() {
    let (service, other) = (SlowService::new(EQUAL, [3, 2, 1]), SlowService::new(EQUAL, [6, 5, 4]));
    let start = Instant::now();
    let seen = tokio::join!(figures(&service), figures(&other));
    assert_eq!(seen, (service.answer(), other.answer()), "left: the figures of two services, asked at the same time");
    assert_eq!(start.elapsed(), EQUAL[0], "left: how long two calls of `figures` took that ran at the same time");
}

#[interleave::test]
async fn nothing_happens_before_the_first_poll() {
    let service = SlowService::new([Duration::ZERO; 4], [3, 2, 1]);
    drop(figures(&service));
    sleep(Duration::from_secs(1)).await;
    let done = (service.visits.get(), service.answers.get());
    assert_eq!(done, (0, 0), "left: visits and answers; the future of `figures` was dropped before it was polled");
}

#[interleave::test(flavor = "multi_thread", real_only)] // nothing waits here, so the order makes no difference
async fn each_checksum_belongs_to_its_file() {
    for (left, right) in [(3, 4), (4, 3), (0, 9)] {
        let sums = checksums(Known(left), Known(right)).await;
        assert_eq!(sums, (left, right), "left: what `checksums` returned, right: the checksum of each file");
    }
}

/// If they are computed one after the other, the first one waits for ever.
#[interleave::test(flavor = "multi_thread")]
async fn two_checksums_are_computed_at_the_same_time() {
    let begun = Arc::new(Barrier::new(2));
    let sums = checksums(InStep(Arc::clone(&begun), 3), InStep(begun, 4)).await;
    assert_eq!(sums, (3, 4), "left: what `checksums` returned, right: the checksum of each file");
}

/// Here the two computations wait for the test as well, which continues when the poll has returned.
#[interleave::test(flavor = "multi_thread")]
async fn the_thread_that_polls_is_free_while_they_are_computed() {
    let begun = Arc::new(Barrier::new(3));
    let mut sums = pin!(checksums(InStep(Arc::clone(&begun), 3), InStep(Arc::clone(&begun), 4)));
    assert!(
        CountingWaker::new().poll(sums.as_mut()).is_pending(),
        "both computations wait for the test, and the future is ready"
    );
    begun.wait();
    assert_eq!(sums.await, (3, 4), "left: what `checksums` returned, right: the checksum of each file");
}
