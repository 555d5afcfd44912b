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
    let start = Instant::now();
    zip(zip(pump.water(WATERING), pump.water(2 * WATERING)), pump.water(WATERING)).await;
    let took = start.elapsed();
    assert_eq!(
        log.all(),
        ["open", "closed", "open", "closed", "open", "closed"],
        "left: what the valve did during three waterings that began at once"
    );
    assert!(
        took >= 4 * WATERING,
        "three waterings of one pump, of {WATERING:?}, {:?} and {WATERING:?}, began at once; all of them ended after {took:?}",
        2 * WATERING
    );
}

async fn two_pumps_water_at_once() {
    let ((one, log), (other, other_log)) = (pump(), pump());
    // So long that neither of them can end in its first poll, however busy the machine is.
    let long = Duration::from_secs(5400);
    let (mut watering, mut other_watering) = (pin!(one.water(long)), pin!(other.water(long)));
    poll_fn(|context| {
        let ended = [watering.as_mut().poll(context).is_ready(), other_watering.as_mut().poll(context).is_ready()];
        assert_eq!(ended, [false; 2], "a watering has ended in its first poll. Did it block the thread?");
        assert_eq!(log.all(), ["open"], "left: what the first valve did after one poll of its watering");
        assert_eq!(other_log.all(), ["open"], "left: what the second valve did after one poll of its watering");
        Poll::Ready(())
    })
    .await;
    if cfg!(feature = "explore") {
        zip(watering, other_watering).await;
        assert_eq!(log.all(), ["open", "closed"], "left: what the first of two valves did");
        assert_eq!(other_log.all(), ["open", "closed"], "left: what the second of two valves did");
    }
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

/// A tokio runtime can be built without timers.
#[interleave::test(real_only)]
fn tokio_needs_no_timers_of_its_own() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (pump, log) = pump();
    runtime.block_on(pump.water(WATERING));
    assert_eq!(log.all(), ["open", "closed"], "left: what the valve did on a tokio runtime without timers");
}

#[interleave::test(flavor = "multi_thread")]
async fn tokio_waterings_of_one_pump_take_turns() {
    waterings_of_one_pump_take_turns().await;
}

#[interleave::test(flavor = "multi_thread")]
async fn tokio_two_pumps_water_at_once() {
    two_pumps_water_at_once().await;
}
