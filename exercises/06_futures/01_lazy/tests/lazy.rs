use std::cell::Cell;
use std::pin::pin;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use interleave::CountingWaker;
use lazy::{Figures, File, Service, checksums, figures};
use tokio::time::{Instant, sleep};

const ANSWER: Duration = Duration::from_millis(100);

/// Answers with ten times the length of a figure's name, after `ANSWER`.
#[derive(Default)]
struct SlowService {
    visits: Cell<u32>,
}

impl Service for SlowService {
    async fn note_visit(&self) {
        self.visits.set(self.visits.get() + 1);
    }

    async fn figure(&self, name: &str) -> u64 {
        sleep(ANSWER).await;
        name.len() as u64 * 10
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
    let figures = figures(&SlowService::default()).await;
    assert_eq!(figures, Figures { sales: 50, costs: 50, stock: 50 }, "the service answers with ten times the length");
}

#[interleave::test]
async fn a_visit_is_noted() {
    let service = SlowService::default();
    figures(&service).await;
    assert_eq!(service.visits.get(), 1, "`note_visit` was called, and nobody polled the future that it returned");
}

#[interleave::test]
async fn three_figures_take_as_long_as_one() {
    let start = Instant::now();
    figures(&SlowService::default()).await;
    assert_eq!(
        start.elapsed(),
        ANSWER,
        "three figures that do not depend on each other took longer than one: \
         the second future was not polled before the first one was ready",
    );
}

#[interleave::test]
async fn nothing_happens_before_the_first_poll() {
    let service = SlowService::default();
    drop(figures(&service));
    assert_eq!(service.visits.get(), 0, "the future of `figures` was dropped unpolled, so nothing has happened");
}

#[interleave::test(flavor = "multi_thread")]
async fn each_checksum_belongs_to_its_file() {
    let sums = checksums(Known(3), Known(4)).await;
    assert_eq!(sums, (3, 4), "left and right are the checksums of the left and the right file");
}

/// Computed one after the other, the first checksum waits for ever.
#[interleave::test(flavor = "multi_thread")]
async fn two_checksums_are_computed_at_the_same_time() {
    let begun = Arc::new(Barrier::new(2));
    let sums = checksums(InStep(Arc::clone(&begun), 3), InStep(begun, 4)).await;
    assert_eq!(sums, (3, 4), "left and right are the checksums of the left and the right file");
}

/// Here the two computations wait for the test as well, which goes on when the poll has returned.
#[interleave::test(flavor = "multi_thread")]
async fn who_polls_is_free_while_they_are_computed() {
    let begun = Arc::new(Barrier::new(3));
    let mut sums = pin!(checksums(InStep(Arc::clone(&begun), 3), InStep(Arc::clone(&begun), 4)));
    assert!(CountingWaker::new().poll(sums.as_mut()).is_pending(), "they wait for each other and for the test");
    begun.wait();
    assert_eq!(sums.await, (3, 4), "left and right are the checksums of the left and the right file");
}
