use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, Instant};

use interleave::CountingWaker;
use smol::Timer;
use smol::future::zip;
use wrong_reactor::{Pump, Valve};

/// Exploring takes no time; on real threads it does.
const WATERING: Duration =
    if cfg!(feature = "explore") { Duration::from_secs(5400) } else { Duration::from_millis(20) };

/// What happened, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    fn add(&self, event: &'static str) {
        self.0.lock().unwrap().push(event);
    }

    fn all(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }
}

struct LoggedValve(Log);

impl Valve for LoggedValve {
    fn open(&mut self) {
        self.0.add("open");
    }

    fn close(&mut self) {
        self.0.add("closed");
    }
}

fn pump() -> (Pump<LoggedValve>, Log) {
    let log = Log::default();
    (Pump::new(LoggedValve(log.clone())), log)
}

/// What every runtime of several threads needs of a task.
fn send<F: Future + Send>(future: F) -> F {
    future
}

async fn the_valve_is_open_for_the_whole_time() {
    for watering in [WATERING, 2 * WATERING] {
        let (pump, log) = pump();
        if cfg!(feature = "explore") {
            let (early, late) = (watering - Duration::from_millis(1), watering + Duration::from_millis(1));
            let clock = async {
                Timer::after(early).await;
                log.add("1 ms to go");
                Timer::after(late - early).await;
                log.add("1 ms over");
            };
            zip(send(pump.water(watering)), clock).await;
            assert_eq!(
                log.all(),
                ["open", "1 ms to go", "closed", "1 ms over"],
                "left: what the valve and the clock did during a watering of {watering:?}"
            );
        } else {
            let start = Instant::now();
            pump.water(watering).await;
            assert!(start.elapsed() >= watering, "a watering of {watering:?} has ended after {:?}", start.elapsed());
            assert_eq!(log.all(), ["open", "closed"], "left: what the valve did during one watering");
        }
    }
}

async fn waterings_of_one_pump_take_turns() {
    let (pump, log) = pump();
    zip(zip(pump.water(WATERING), pump.water(2 * WATERING)), pump.water(WATERING)).await;
    assert_eq!(
        log.all(),
        ["open", "closed", "open", "closed", "open", "closed"],
        "left: what the valve did during three waterings that began at once"
    );
}

async fn two_pumps_water_at_once() {
    let ((one, log), (other, other_log)) = (pump(), pump());
    let (mut watering, mut other_watering) = (pin!(one.water(WATERING)), pin!(other.water(WATERING)));
    // Each is polled once, so neither of them can end.
    poll_fn(|context| {
        let ended = [watering.as_mut().poll(context).is_ready(), other_watering.as_mut().poll(context).is_ready()];
        assert_eq!(ended, [false; 2], "a watering has ended in its first poll. Did it block the thread?");
        assert_eq!(log.all(), ["open"], "left: what the first valve did after one poll of its watering");
        assert_eq!(other_log.all(), ["open"], "left: what the second valve did after one poll of its watering");
        Poll::Ready(())
    })
    .await;
    zip(watering, other_watering).await;
    assert_eq!(log.all(), ["open", "closed"], "left: what the first of two valves did");
    assert_eq!(other_log.all(), ["open", "closed"], "left: what the second of two valves did");
}

#[interleave::test(runtime = "smol")]
async fn smol_the_valve_is_open_for_the_whole_time() {
    the_valve_is_open_for_the_whole_time().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_waterings_of_one_pump_take_turns() {
    waterings_of_one_pump_take_turns().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_two_pumps_water_at_once() {
    two_pumps_water_at_once().await;
}

#[interleave::test(runtime = "smol")]
async fn a_watering_sleeps() {
    let (pump, log) = pump();
    let waker = CountingWaker::new();
    let mut watering = pin!(pump.water(Duration::from_secs(3600)));
    assert!(waker.poll(watering.as_mut()).is_pending(), "a watering of an hour has ended in its first poll");
    assert_eq!(log.all(), ["open"], "left: what the valve did in the first poll of a watering");
    assert_eq!(waker.wakes(), 0, "the hour has just begun, and the watering was woken. Does it ask again and again?");
}

#[interleave::test(runtime = "async-std")]
async fn async_std_the_valve_is_open_for_the_whole_time() {
    the_valve_is_open_for_the_whole_time().await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_waterings_of_one_pump_take_turns() {
    waterings_of_one_pump_take_turns().await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_two_pumps_water_at_once() {
    two_pumps_water_at_once().await;
}

#[interleave::test(flavor = "multi_thread")]
async fn tokio_the_valve_is_open_for_the_whole_time() {
    the_valve_is_open_for_the_whole_time().await;
}

#[interleave::test(flavor = "multi_thread")]
async fn tokio_waterings_of_one_pump_take_turns() {
    waterings_of_one_pump_take_turns().await;
}

#[interleave::test(flavor = "multi_thread")]
async fn tokio_two_pumps_water_at_once() {
    two_pumps_water_at_once().await;
}
