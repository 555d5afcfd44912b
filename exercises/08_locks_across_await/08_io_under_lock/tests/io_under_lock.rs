use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use interleave::{Cancelled, cancel_at_every_await};
use io_under_lock::{Line, Registry};
use tokio::time::{Instant, sleep};

const LINE: Duration = Duration::from_secs(3);

/// Answers with ten times the sensor's number, after `LINE`.
struct SlowLine;

impl Line for SlowLine {
    async fn query(&self, sensor: u32) -> i64 {
        sleep(LINE).await;
        i64::from(sensor) * 10
    }
}

#[interleave::test(real_only)]
async fn a_thousand_refreshes_take_as_long_as_one() {
    let registry = Arc::new(Registry::new(SlowLine));
    let start = Instant::now();
    let refresh = |sensor| {
        let registry = Arc::clone(&registry);
        tokio::spawn(async move { registry.refresh(sensor).await })
    };
    let tasks: Vec<_> = (0..1_000).map(refresh).collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(
        start.elapsed(),
        LINE,
        "1,000 sensors were asked over independent lines: some waited for others, because a lock or a permit was held \
         during the query",
    );
}

#[interleave::test]
async fn every_answer_is_stored() {
    let registry = Registry::new(SlowLine);
    tokio::join!(registry.refresh(0), registry.refresh(1 << 8), registry.refresh(1 << 16), registry.refresh(u32::MAX));
    for sensor in [0, 1 << 8, 1 << 16, u32::MAX] {
        assert_eq!(
            registry.latest(sensor).await,
            Some(i64::from(sensor) * 10),
            "the answer of sensor {sensor} is gone: was it dropped, or the whole map written back over it?",
        );
    }
    assert_eq!(registry.latest(1).await, None, "nobody has asked sensor 1");
}

#[interleave::test]
async fn a_reader_does_not_wait_for_the_line() {
    let registry = Registry::new(SlowLine);
    registry.refresh(1).await;
    let start = Instant::now();
    let (_, (seen, waited)) = tokio::join!(registry.refresh(1), async {
        sleep(LINE / 2).await; // in the middle of the query
        (registry.latest(1).await, start.elapsed())
    });
    assert_eq!(seen, Some(10), "while a refresh is under way, the old reading is still the latest");
    assert_eq!(waited, LINE / 2, "the reader came in the middle of a query and had to wait");
}

/// Answers at once: 0 to the first question, -1 to the second, 1 to the third.
#[derive(Default)]
struct NearLine(AtomicI64);

impl Line for NearLine {
    async fn query(&self, _sensor: u32) -> i64 {
        [0, -1, 1][self.0.fetch_add(1, SeqCst) as usize % 3]
    }
}

#[interleave::test(worker_threads = 2)]
async fn a_reading_is_there_while_another_one_is_stored() {
    let registry = Arc::new(Registry::new(NearLine::default()));
    registry.refresh(1).await;
    let storing = tokio::spawn({
        let registry = Arc::clone(&registry);
        async move { registry.refresh(2).await }
    });
    let seen = registry.latest(1).await;
    storing.await.unwrap();
    assert_eq!(
        seen,
        Some(0),
        "sensor 1 has answered 0 before; another thread was storing an answer of sensor 2, and `latest` has to wait \
         for that moment",
    );
}

#[interleave::test]
async fn answers_that_come_at_once_are_all_stored() {
    let registry = Arc::new(Registry::new(NearLine::default()));
    let other = tokio::spawn({
        let registry = Arc::clone(&registry);
        async move { registry.refresh(2).await }
    });
    registry.refresh(1).await;
    other.await.unwrap();
    let seen = (registry.latest(1).await, registry.latest(2).await);
    assert!(
        [(Some(0), Some(-1)), (Some(-1), Some(0))].contains(&seen),
        "two sensors answered 0 and -1 at the same moment; their readings are {seen:?}",
    );
}

#[interleave::test]
async fn a_later_answer_replaces_an_earlier_one() {
    let registry = Registry::new(NearLine::default());
    for expected in [0, -1, 1] {
        registry.refresh(1).await;
        assert_eq!(
            registry.latest(1).await,
            Some(expected),
            "the sensor answers 0, -1 and 1; right: its last answer so far"
        );
    }
}

#[interleave::test]
async fn when_a_refresh_returns_an_answer_is_stored() {
    let registry = Registry::new(SlowLine);
    let second = async {
        registry.refresh(1).await;
        registry.latest(1).await
    };
    let (_, seen) = tokio::join!(registry.refresh(1), second);
    assert_eq!(seen, Some(10), "a refresh has returned, and there is no reading: it did not wait for any answer");
}

#[interleave::test]
async fn two_registries_share_nothing() {
    let (one, other) = (Registry::new(NearLine::default()), Registry::new(NearLine::default()));
    one.refresh(1).await;
    assert_eq!(other.latest(1).await, None, "sensor 1 was asked by another registry");
}

/// Answers on the third poll: 1 to the first question, 2 to the second, and so on.
#[derive(Clone, Default)]
struct CountingLine(Arc<AtomicI64>);

impl Line for CountingLine {
    async fn query(&self, _sensor: u32) -> i64 {
        interleave::yield_now().await;
        interleave::yield_now().await;
        self.0.fetch_add(1, SeqCst) + 1
    }
}

/// Polls `future` to its end by hand.
fn finish<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    for _ in 0..100 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
    panic!("nobody else uses the registry, and the call still waits: a cancelled refresh has kept something");
}

#[interleave::test]
fn a_cancelled_refresh_changes_nothing() {
    cancel_at_every_await(
        || {
            let line = CountingLine::default();
            let registry = Registry::new(line.clone());
            finish(registry.refresh(1));
            (registry, line)
        },
        async |(registry, _line): &(Registry<CountingLine>, CountingLine)| {
            registry.refresh(1).await;
            registry.refresh(2).await;
        },
        |(registry, line), cancelled| {
            let seen = (finish(registry.latest(1)), finish(registry.latest(2)));
            match cancelled {
                Cancelled::Never => assert_eq!(seen, (Some(2), Some(3)), "both sensors have answered"),
                Cancelled::At(_) => assert!(
                    [(Some(1), None), (Some(2), None)].contains(&seen),
                    "sensor 1 answered 1, was then asked again, and after it sensor 2; {cancelled}, \
                     their readings are {seen:?}",
                ),
            }
            for sensor in [1, 2] {
                finish(registry.refresh(sensor));
                assert_eq!(
                    finish(registry.latest(sensor)),
                    Some(line.0.load(SeqCst)),
                    "an earlier refresh was {cancelled}; then sensor {sensor} was asked once more, and its answer is \
                     not stored",
                );
            }
        },
    );
}
