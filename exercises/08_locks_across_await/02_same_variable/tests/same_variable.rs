use std::sync::Arc;
// Counting is not what is explored here, so the counters are `core`'s own.
use core::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::Mutex;
use std::time::Duration;

use same_variable::{Collector, Telemetry};
use tokio::time::{Instant, sleep};

const ANSWER: Duration = Duration::from_secs(3);

/// Takes even measurements and refuses odd ones, each after `ANSWER`.
#[derive(Default)]
struct SlowCollector {
    asked: Mutex<Vec<u64>>,
}

impl SlowCollector {
    /// The measurements that it was sent, in that order.
    fn asked(&self) -> Vec<u64> {
        self.asked.lock().unwrap().clone()
    }
}

impl Collector for SlowCollector {
    async fn store(&self, measurement: u64) -> bool {
        self.asked.lock().unwrap().push(measurement);
        sleep(ANSWER).await;
        measurement.is_multiple_of(2)
    }
}

/// Takes each measurement at once.
#[derive(Default)]
struct NearCollector {
    sum: AtomicU64,
}

impl Collector for NearCollector {
    async fn store(&self, measurement: u64) -> bool {
        self.sum.fetch_add(measurement, SeqCst);
        true
    }
}

/// Refuses each measurement at once.
struct FullCollector;

impl Collector for FullCollector {
    async fn store(&self, _: u64) -> bool {
        false
    }
}

/// What a test begins with: measurements that wait, and a collector.
fn recorded(measurements: &[u64]) -> (Telemetry, Arc<SlowCollector>) {
    let telemetry = Telemetry::new();
    for &measurement in measurements {
        telemetry.record(measurement);
    }
    (telemetry, Arc::default())
}

#[interleave::test]
async fn measurements_are_sent_once_and_in_order() {
    let (telemetry, collector) = recorded(&[4, 2, 8, 2]);
    let start = Instant::now();
    let flush = telemetry.flush(Arc::clone(&collector));
    assert_eq!(start.elapsed(), Duration::ZERO, "`flush` spawns a task and should return at once");
    flush.await.unwrap();
    assert_eq!(collector.asked(), [4, 2, 8, 2], "left: what the collector was sent; right: what was recorded");
    assert_eq!(start.elapsed(), 4 * ANSWER, "left: how long four measurements took, sent one at a time");
    assert_eq!(telemetry.waiting(), 0, "all measurements have been sent; left: how many still wait");
    assert_eq!(telemetry.refused(), [0; 0], "the collector refused none");
}

#[interleave::test]
async fn refused_measurements_are_kept() {
    let (telemetry, collector) = recorded(&[5, 4, 0, 3]);
    telemetry.flush(Arc::clone(&collector)).await.unwrap();
    assert_eq!(collector.asked(), [5, 4, 0, 3], "left: what the collector was sent; right: what was recorded");
    assert_eq!(telemetry.refused(), [5, 3], "the collector refused 5 and 3; left: the refused measurements");
    telemetry.record(1);
    telemetry.flush(collector).await.unwrap();
    assert_eq!(
        telemetry.refused(),
        [5, 3, 1],
        "a second flush sent 1, which was refused as well; left: the refused ones"
    );
}

#[interleave::test]
async fn recording_does_not_wait_for_the_collector() {
    let (telemetry, collector) = recorded(&[1, 2, 4]);
    let start = Instant::now();
    let flush = telemetry.flush(Arc::clone(&collector));
    sleep(ANSWER + ANSWER / 2).await; // while the collector has the second one
    assert_eq!(telemetry.waiting(), 1, "the first is refused, the second under way; left: how many of three wait");
    assert_eq!(telemetry.refused(), [1], "the first measurement was refused; left: the refused ones");
    telemetry.record(6);
    assert_eq!(telemetry.waiting(), 2, "one was waiting, and one more was recorded; left: how many wait");
    assert_eq!(start.elapsed(), ANSWER + ANSWER / 2, "a call waited for the collector");
    flush.await.unwrap();
}

#[interleave::test]
async fn measurements_recorded_during_a_flush_are_sent_too() {
    let (telemetry, collector) = recorded(&[2]);
    let flush = telemetry.flush(Arc::clone(&collector));
    for measurement in [4, 6] {
        sleep(ANSWER / 2).await;
        telemetry.record(measurement);
    }
    flush.await.unwrap();
    assert_eq!(
        collector.asked(),
        [2, 4, 6],
        "left: what the collector was sent; two of three were recorded during the flush"
    );
}

#[interleave::test]
async fn an_aborted_flush_loses_no_measurement_that_waits() {
    let (telemetry, collector) = recorded(&[2, 3, 6, 7]);
    let flush = telemetry.flush(Arc::clone(&collector));
    sleep(ANSWER + ANSWER / 2).await; // while the collector has the second one
    flush.abort();
    assert!(flush.await.unwrap_err().is_cancelled(), "the flush had two more measurements to send, and it had ended");
    assert_eq!(telemetry.waiting(), 2, "the second of four was being sent; left: how many wait after the abort");
    telemetry.flush(Arc::clone(&collector)).await.unwrap();
    assert_eq!(collector.asked(), [2, 3, 6, 7], "a second flush sent the rest; left: what the collector was sent");
    assert_eq!(telemetry.refused(), [7], "nobody waited for the answer to 3; left: the refused measurements");
}

#[interleave::test(real_only)]
async fn two_flushes_send_two_at_a_time() {
    let (telemetry, collector) = recorded(&[1, 2, 3, 4]);
    let start = Instant::now();
    for flush in [(); 2].map(|()| telemetry.flush(Arc::clone(&collector))) {
        flush.await.unwrap();
    }
    assert_eq!(start.elapsed(), 2 * ANSWER, "left: how long two flushes took for four measurements");
    let (mut asked, mut refused) = (collector.asked(), telemetry.refused());
    asked.sort();
    refused.sort();
    assert_eq!(asked, [1, 2, 3, 4], "two flushes share the work; left: what the collector was sent");
    assert_eq!(refused, [1, 3], "the collector refused 1 and 3; left: the refused measurements");
}

#[interleave::test]
async fn the_last_measurement_is_sent_once() {
    let (telemetry, collector) = (Telemetry::new(), Arc::new(NearCollector::default()));
    telemetry.record(5);
    let flushes = [(); 2].map(|()| telemetry.flush(Arc::clone(&collector)));
    for flush in flushes {
        assert!(flush.await.is_ok(), "two flushes found one measurement, and one of them panicked");
    }
    assert_eq!(collector.sum.load(SeqCst), 5, "two flushes found one measurement, 5; left: the sum of what was sent");
}

#[interleave::test]
async fn two_flushes_keep_what_each_of_them_was_refused() {
    let telemetry = Telemetry::new();
    telemetry.record(1);
    telemetry.record(3);
    for flush in [(); 2].map(|()| telemetry.flush(Arc::new(FullCollector))) {
        assert!(flush.await.is_ok(), "two flushes found two measurements, and one of them panicked");
    }
    let mut refused = telemetry.refused();
    refused.sort();
    assert_eq!(
        refused,
        [1, 3],
        "two flushes sent 1 and 3, and both were refused; left: the refused measurements, sorted"
    );
}

#[interleave::test(worker_threads = 2)]
async fn nothing_is_lost_when_a_thread_records_during_a_flush() {
    let (telemetry, collector) = (Telemetry::new(), Arc::new(NearCollector::default()));
    telemetry.record(1);
    let flush = telemetry.flush(Arc::clone(&collector));
    telemetry.record(2);
    flush.await.unwrap();
    let (sent, waiting) = (collector.sum.load(SeqCst), telemetry.waiting());
    assert!(
        [(1, 1), (3, 0)].contains(&(sent, waiting)),
        "1 and 2 were recorded, 2 while another thread flushed; the sum of what was sent is {sent}, and {waiting} wait",
    );
}

#[interleave::test]
async fn clones_share_their_measurements_and_others_do_not() {
    let (telemetry, collector) = recorded(&[3]);
    let (clone, other) = (telemetry.clone(), Telemetry::new());
    assert_eq!([clone.waiting(), other.waiting()], [1, 0], "left: how many wait in a clone, and in another one");
    clone.flush(collector).await.unwrap();
    assert_eq!(telemetry.refused(), [3], "a clone sent the measurement; left: what was refused");
    assert_eq!(other.refused(), [0; 0], "nothing was recorded in this one; left: what was refused");
}
