use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futurelock::{Entry, PATIENCE, Sensor, Station};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

/// Answers after some time, and counts how often it is asked.
struct SlowSensor {
    takes: Duration,
    asked: Arc<AtomicU32>,
}

fn station(takes: Duration) -> (Station<SlowSensor>, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    (Station::new(SlowSensor { takes, asked: Arc::clone(&asked) }), asked)
}

impl Sensor for SlowSensor {
    async fn measure(&self) -> u32 {
        self.asked.fetch_add(1, Ordering::SeqCst);
        sleep(self.takes).await;
        21
    }
}

fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_unstable();
    entries
}

#[interleave::test]
async fn a_value_is_written_when_the_log_was_taken_for_long() {
    let (station, asked) = station(PATIENCE / 10);
    let log = station.log();
    let reader = async {
        let _taken = log.lock().await;
        sleep(PATIENCE * 3 / 2).await;
    };
    let start = Instant::now();
    tokio::join!(reader, station.record());
    assert_eq!(start.elapsed(), PATIENCE * 3 / 2, "it waited for the log, and for nothing else");
    let entries = sorted(station.log().lock().await.clone());
    assert_eq!(entries, [Entry::Value(21), Entry::Late], "the value was written, and that it took longer than usual");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "the sensor was asked again: the first measurement was thrown away");
}

#[interleave::test]
async fn a_slow_sensor_is_noted_in_time() {
    let (station, asked) = station(3 * PATIENCE);
    let recording = station.record();
    let look = async {
        sleep(2 * PATIENCE).await; // the sensor has not answered yet
        station.log().lock().await.clone()
    };
    let ((), seen) = tokio::join!(recording, look);
    assert_eq!(seen, [Entry::Late], "the measurement takes longer than {PATIENCE:?}, and the log says so at once");
    assert_eq!(*station.log().lock().await, [Entry::Late, Entry::Value(21)], "the value has come at last");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "the sensor was asked again: the first measurement was thrown away");
}

#[interleave::test]
async fn what_is_not_late_is_not_noted() {
    let (station, _) = station(PATIENCE / 10);
    let start = Instant::now();
    station.record().await;
    assert_eq!(start.elapsed(), PATIENCE / 10, "the sensor has answered, and the log was free");
    let (sender, mut room) = mpsc::channel(1);
    station.report(&sender, 5).await;
    assert_eq!(start.elapsed(), PATIENCE / 10, "there was room in the channel");
    drop(sender);
    sleep(2 * PATIENCE).await;
    assert_eq!(*station.log().lock().await, [Entry::Value(21)], "nothing was late");
    assert_eq!(room.recv().await, Some(Entry::Value(5)), "the value was sent");
    assert_eq!(room.recv().await, None, "nothing was late");
}

#[interleave::test]
async fn a_value_is_sent_when_the_channel_was_full_for_long() {
    let (station, _) = station(PATIENCE / 10);
    let (sender, mut room) = mpsc::channel(1);
    sender.send(Entry::Value(1)).await.unwrap();
    let receiver = async {
        sleep(PATIENCE * 3 / 2).await;
        let mut entries = Vec::new();
        for _ in 0..3 {
            entries.push(room.recv().await.unwrap());
        }
        entries
    };
    let ((), entries) = tokio::join!(station.report(&sender, 2), receiver);
    assert_eq!(
        sorted(entries),
        [Entry::Value(1), Entry::Value(2), Entry::Late],
        "the value was sent, and that it took longer than usual",
    );
}
