use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_std::channel::{Sender, bounded, unbounded};
use async_std::task;
use futures::future::join;
use heartbeat::{Line, PERIOD, serve};
use interleave::CountingWaker;

const SECOND: Duration = Duration::from_secs(1);

/// Only explore mode has a clock on which minutes take no time.
const TIME_IS_FREE: bool = cfg!(feature = "explore");

/// How a heartbeat looks among what was sent.
const HEARTBEAT: &str = "heartbeat";

/// What was sent over a line, and when.
#[derive(Clone)]
struct Log {
    start: Instant,
    sent: Arc<Mutex<Vec<(Duration, String)>>>,
}

impl Log {
    fn note(&self, what: &str) {
        let now = self.start.elapsed();
        self.sent.lock().unwrap().push((now, what.to_owned()));
    }

    fn heartbeats(&self) -> Vec<Duration> {
        self.sent.lock().unwrap().iter().filter(|(_, what)| what == HEARTBEAT).map(|(time, _)| *time).collect()
    }

    /// Everything that was sent, heartbeats included.
    fn all(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(|(_, what)| what.clone()).collect()
    }

    fn with_times(&self) -> Vec<(Duration, String)> {
        self.sent.lock().unwrap().clone()
    }
}

/// A line that needs `takes` for a report. An event counts as reported at the end of that time.
struct TestLine {
    log: Log,
    takes: Duration,
}

impl Line for TestLine {
    async fn report(&mut self, event: String) {
        if !self.takes.is_zero() {
            task::sleep(self.takes).await;
        }
        self.log.note(&event);
    }

    fn heartbeat(&mut self) {
        self.log.note(HEARTBEAT);
    }
}

fn line(takes: Duration) -> (TestLine, Log) {
    let log = Log { start: Instant::now(), sent: Arc::default() };
    (TestLine { log: log.clone(), takes }, log)
}

fn seconds<const N: usize>(seconds: [u64; N]) -> Vec<Duration> {
    seconds.into_iter().map(Duration::from_secs).collect()
}

/// Puts an event into the channel. It fails only if the panel has stopped receiving, which a test sees by what is
/// missing.
fn happens(events: &Sender<String>, event: &str) {
    let _ = events.try_send(event.to_owned());
}

#[interleave::test(runtime = "async-std")]
async fn a_busy_panel_sends_a_heartbeat_every_period() {
    if !TIME_IS_FREE {
        return;
    }
    let (line, log) = line(Duration::ZERO);
    let (sender, events) = unbounded();
    let building = async move {
        for _ in 0..27 {
            task::sleep(7 * SECOND).await;
            happens(&sender, "a door");
        }
        // The channel is closed here, after 189 seconds.
    };
    join(serve(events, line), building).await;
    assert_eq!(
        log.heartbeats(),
        seconds([60, 120, 180]),
        "there was an event every 7 s, for 189 s; left: when heartbeats were sent; right: when they were due",
    );
}

#[interleave::test(runtime = "async-std")]
async fn a_quiet_panel_sends_a_heartbeat_every_period() {
    if !TIME_IS_FREE {
        return;
    }
    let (line, log) = line(Duration::ZERO);
    let (sender, events) = unbounded();
    let building = async move {
        task::sleep(250 * SECOND).await;
        drop(sender);
    };
    join(serve(events, line), building).await;
    assert_eq!(
        log.heartbeats(),
        seconds([60, 120, 180, 240]),
        "there was no event for 250 s; left: when heartbeats were sent; right: when they were due",
    );
}

#[interleave::test(runtime = "async-std")]
async fn an_event_is_reported_at_once() {
    if !TIME_IS_FREE {
        return;
    }
    let (line, log) = line(Duration::ZERO);
    let (sender, events) = unbounded();
    let building = async move {
        for (wait, event) in [(10, "a door"), (55, "a window"), (65, "a cat")] {
            task::sleep(wait * SECOND).await;
            happens(&sender, event);
        }
    };
    join(serve(events, line), building).await;
    let sent = log.with_times();
    let reported: Vec<_> = sent.into_iter().filter(|(_, what)| what != HEARTBEAT).map(|(time, _)| time).collect();
    assert_eq!(reported, seconds([10, 65, 130]), "left: when events were reported; right: when they happened");
}

#[interleave::test(runtime = "async-std")]
async fn a_queue_of_events_delays_a_heartbeat_by_one_report_at_most() {
    if !TIME_IS_FREE {
        return;
    }
    // The first heartbeat is due during the ninth report, or during the eighth.
    for (takes, due) in [(7, [63, 126]), (8, [64, 128])] {
        let (line, log) = line(takes * SECOND);
        let (sender, events) = unbounded();
        for _ in 0..20 {
            happens(&sender, "a door");
        }
        drop(sender);
        serve(events, line).await;
        assert_eq!(log.all().len(), 22, "20 events and 2 heartbeats; left: how much was sent in all");
        assert_eq!(
            log.heartbeats(),
            seconds(due),
            "20 events waited in the channel, and each report took {takes} s; left: when heartbeats were sent; right: \
             when the report ended during which one became due",
        );
    }
}

#[interleave::test(runtime = "async-std")]
async fn a_long_report_is_not_cut_off() {
    if !TIME_IS_FREE {
        return;
    }
    // The channel is closed while the event is reported, or later.
    for closed in [65, 80] {
        let (line, log) = line(20 * SECOND);
        let (sender, events) = unbounded();
        let building = async move {
            task::sleep(50 * SECOND).await;
            happens(&sender, "a door");
            task::sleep((closed - 50) * SECOND).await;
            drop(sender);
        };
        join(serve(events, line), building).await;
        let expected = [(70 * SECOND, "a door".to_owned()), (70 * SECOND, HEARTBEAT.to_owned())];
        assert_eq!(
            log.with_times(),
            expected,
            "a report began after 50 s and took 20 s, a heartbeat became due after 60 s, and the channel was closed \
             after {closed} s; left: what was sent, and when",
        );
    }
}

#[interleave::test(runtime = "async-std")]
async fn missed_heartbeats_are_not_made_up() {
    if !TIME_IS_FREE {
        return;
    }
    let (line, log) = line(200 * SECOND);
    let (sender, events) = unbounded();
    let building = async move {
        task::sleep(10 * SECOND).await;
        happens(&sender, "a door");
        task::sleep(330 * SECOND).await;
        drop(sender);
    };
    join(serve(events, line), building).await;
    assert_eq!(
        log.heartbeats(),
        seconds([210, 270, 330]),
        "a report began after 10 s and took 200 s; left: when heartbeats were sent; right: one after the report, and \
         then one every period",
    );
}

#[interleave::test(runtime = "async-std")]
async fn every_event_is_reported_in_order() {
    let happened: &[&str] =
        if cfg!(feature = "explore") { &["a door", "a window"] } else { &["a door", "a window", "a cat", "a door"] };
    let (line, log) = line(Duration::ZERO);
    let (sender, events) = bounded(1);
    let serving = task::spawn(serve(events, line));
    for event in happened {
        let _ = sender.send((*event).to_owned()).await;
    }
    drop(sender);
    serving.await;
    assert_eq!(log.all(), happened, "the panel has served to the end; left: what was sent; right: what had happened");
}

#[interleave::test(runtime = "async-std")]
async fn what_is_left_in_the_channel_is_reported_before_the_end() {
    let (line, log) = line(Duration::ZERO);
    let (sender, events) = unbounded();
    let waker = CountingWaker::new();
    let mut serving = pin!(serve(events, line));
    assert!(waker.poll(serving.as_mut()).is_pending(), "the channel is open and empty, and `serve` has returned");
    for event in ["a door", "a window", "a cat"] {
        happens(&sender, event);
    }
    drop(sender);
    assert!(waker.wakes() > 0, "there are events, and the channel is closed, and `serve` was not woken");
    // No time passes here, so no heartbeat is due.
    let ended = (0..10).any(|_| waker.poll(serving.as_mut()).is_ready());
    assert!(ended, "the channel is closed, and `serve` was polled ten times and has not returned");
    assert_eq!(log.all(), ["a door", "a window", "a cat"], "`serve` has returned; left: what was sent");
}

#[interleave::test(runtime = "async-std")]
async fn a_panel_that_waits_sleeps() {
    let (line, log) = line(Duration::ZERO);
    let (_sender, events) = unbounded();
    let waker = CountingWaker::new();
    let mut serving = pin!(serve(events, line));
    assert!(waker.poll(serving.as_mut()).is_pending(), "the channel is open and empty, and `serve` has returned");
    if TIME_IS_FREE {
        task::sleep(PERIOD - SECOND).await;
    }
    assert_eq!(
        waker.wakes(),
        0,
        "nothing happened, and no heartbeat is due; left: how often the panel woke its task. Does it look again?",
    );
    if TIME_IS_FREE {
        task::sleep(2 * SECOND).await;
        assert!(waker.wakes() > 0, "a heartbeat is due, and the panel was not woken");
        assert!(waker.poll(serving.as_mut()).is_pending(), "the channel is open and empty, and `serve` has returned");
        assert_eq!(log.all(), [HEARTBEAT], "a heartbeat was due; left: what was sent");
    }
}

#[interleave::test(runtime = "async-std")]
async fn a_panel_that_is_dropped_sends_nothing_more() {
    let (line, log) = line(Duration::ZERO);
    let (sender, events) = unbounded();
    {
        let mut serving = pin!(serve(events, line));
        let polled = CountingWaker::new().poll(serving.as_mut());
        assert!(polled.is_pending(), "the channel is open and empty, and `serve` has returned");
        if TIME_IS_FREE {
            task::sleep(PERIOD / 2).await;
        }
        // Here the panel is switched off, and its future is dropped.
    }
    happens(&sender, "a door");
    if TIME_IS_FREE {
        task::sleep(3 * PERIOD).await;
    }
    assert_eq!(log.all(), [""; 0], "the future of the panel was dropped before anything happened; left: what was sent");
    assert!(sender.is_closed(), "the future of the panel was dropped, and its end of the channel is still open");
}
