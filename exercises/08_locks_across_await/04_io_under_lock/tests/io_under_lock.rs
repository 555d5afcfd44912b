use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use interleave::{Cancelled, cancel_at_every_await};
use io_under_lock::{Line, Registry};
use tokio::time::{Instant, sleep};

const LINE: Duration = Duration::from_millis(100);

/// Answers with ten times the sensor's number, after `LINE`.
struct SlowLine;

impl Line for SlowLine {
    async fn query(&self, sensor: u32) -> i64 {
        sleep(LINE).await;
        i64::from(sensor) * 10
    }
}

#[interleave::test]
async fn five_refreshes_take_as_long_as_one() {
    let registry = Registry::new(SlowLine);
    let start = Instant::now();
    tokio::join!(
        registry.refresh(1),
        registry.refresh(2),
        registry.refresh(3),
        registry.refresh(4),
        registry.refresh(5)
    );
    assert_eq!(
        start.elapsed(),
        LINE,
        "five queries over independent lines: each waited for the one before, because the lock was held during the query",
    );
}

#[interleave::test]
async fn every_answer_is_stored() {
    let registry = Registry::new(SlowLine);
    tokio::join!(registry.refresh(1), registry.refresh(2), registry.refresh(3));
    for sensor in 1..=3 {
        assert_eq!(
            registry.latest(sensor).await,
            Some(i64::from(sensor) * 10),
            "the answer of sensor {sensor} is gone: was it dropped, or the whole map written back over it?",
        );
    }
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
    assert_eq!(seen, Some(10), "while a refresh is under way the old reading is still the latest");
    assert_eq!(waited, LINE / 2, "the reader came in the middle of a query and was kept waiting until its end");
}

/// Answers on the third poll: 1 to the first question, 2 to the second, and so on.
#[derive(Default)]
struct CountingLine(AtomicI64);

impl Line for CountingLine {
    async fn query(&self, _sensor: u32) -> i64 {
        interleave::yield_now().await;
        interleave::yield_now().await;
        self.0.fetch_add(1, Relaxed) + 1
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
    panic!("nobody else uses the registry, and still it is not ready: was the lock left behind?");
}

#[interleave::test]
fn a_refresh_that_is_given_up_changes_nothing() {
    cancel_at_every_await(
        || {
            let registry = Registry::new(CountingLine::default());
            finish(registry.refresh(1));
            registry
        },
        async |registry: &Registry<CountingLine>| {
            registry.refresh(1).await;
            registry.refresh(2).await;
        },
        |registry, cancelled| {
            let seen = (finish(registry.latest(1)), finish(registry.latest(2)));
            match cancelled {
                Cancelled::Never => assert_eq!(seen, (Some(2), Some(3)), "both sensors have answered"),
                Cancelled::At(_) => assert!(
                    [(Some(1), None), (Some(2), None)].contains(&seen),
                    "sensor 1 answered 1, was then asked again, and after it sensor 2; {cancelled}, \
                     their readings are {seen:?}",
                ),
            }
        },
    );
}
