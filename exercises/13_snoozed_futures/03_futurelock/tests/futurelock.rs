use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futurelock::{Entry, PATIENCE, Sensor, Station};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

/// Answers after some time: 21, 22, … It counts how often it is asked.
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
        20 + self.asked.load(Ordering::SeqCst)
    }
}

const AGES: Duration = Duration::from_secs(1000);

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
    assert_eq!(
        start.elapsed(),
        PATIENCE * 3 / 2,
        "the log was free after this time (right); left: when `record` returned"
    );
    let entries = sorted(station.log().lock().await.clone());
    assert_eq!(
        entries,
        [Entry::Value(21), Entry::Late],
        "left: the log, sorted; it should have the value and a note that it took longer than usual"
    );
    assert_eq!(
        asked.load(Ordering::SeqCst),
        1,
        "left: how often the sensor was asked; a second time means that the first measurement was thrown away"
    );
}

#[interleave::test]
async fn a_value_is_written_however_long_the_log_was_taken() {
    let (station, _) = station(PATIENCE / 10);
    let log = station.log();
    let start = Instant::now();
    let reader = async {
        let _taken = log.lock().await;
        sleep(AGES).await;
    };
    tokio::join!(reader, station.record());
    assert_eq!(start.elapsed(), AGES, "the log was free after a thousand seconds; left: when `record` returned");
    let entries = sorted(log.lock().await.clone());
    assert_eq!(
        entries,
        [Entry::Value(21), Entry::Late],
        "the log was taken for a thousand seconds; left: the log, sorted"
    );
}

#[interleave::test]
async fn a_recording_keeps_its_place_in_the_queue() {
    let (station, _) = station(PATIENCE / 10);
    let log = station.log();
    let first = async {
        let _taken = log.lock().await;
        sleep(PATIENCE * 3 / 2).await;
    };
    let behind = async {
        sleep(PATIENCE / 2).await; // after the value, and before the note
        log.lock().await.clone()
    };
    let ((), seen, ()) = tokio::join!(first, behind, station.record());
    assert!(
        seen.contains(&Entry::Value(21)),
        "a value waited for the log, then another caller did, and that one found {seen:?}: the value came after it",
    );
}

#[interleave::test]
async fn several_recordings_may_be_late_at_once() {
    let (station, _) = station(PATIENCE / 10);
    let log = station.log();
    let reader = async {
        let _taken = log.lock().await;
        sleep(PATIENCE * 3 / 2).await;
    };
    tokio::join!(reader, station.record(), station.record());
    let entries = log.lock().await.clone();
    let notes = entries.iter().filter(|entry| **entry == Entry::Late).count();
    assert_eq!(
        (entries.len(), notes),
        (4, 2),
        "two recordings were late; left: how many entries and how many notes there are"
    );
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
    assert_eq!(
        seen,
        [Entry::Late],
        "the measurement takes longer than {PATIENCE:?}; left: the log after twice that time"
    );
    assert_eq!(*station.log().lock().await, [Entry::Late, Entry::Value(21)], "the sensor has answered; left: the log");
    assert_eq!(
        asked.load(Ordering::SeqCst),
        1,
        "left: how often the sensor was asked; a second time means that the first measurement was thrown away"
    );
}

#[interleave::test]
async fn a_recording_in_time_is_not_noted() {
    let (station, _) = station(PATIENCE / 10);
    let start = Instant::now();
    station.record().await;
    assert_eq!(
        start.elapsed(),
        PATIENCE / 10,
        "the sensor answered after this time (right), and the log was free; left: when `record` returned"
    );
    let (sender, mut room) = mpsc::channel(1);
    station.report(&sender, 5).await;
    assert_eq!(start.elapsed(), PATIENCE / 10, "there was room in the channel, and `report` waited");
    drop(sender);
    sleep(2 * PATIENCE).await;
    assert_eq!(*station.log().lock().await, [Entry::Value(21)], "nothing was late; left: the log");
    assert_eq!(room.recv().await, Some(Entry::Value(5)), "the value was sent");
    assert_eq!(room.recv().await, None, "nothing was late");
}

#[interleave::test]
async fn a_value_is_sent_when_the_channel_was_full_for_long() {
    let (station, _) = station(PATIENCE / 10);
    let (sender, mut room) = mpsc::channel(1);
    sender.send(Entry::Value(1)).await.unwrap();
    let start = Instant::now();
    let receiver = async {
        sleep(PATIENCE * 3 / 2).await;
        let mut entries = Vec::new();
        for _ in 0..3 {
            entries.push(room.recv().await.unwrap());
        }
        sleep(3 * PATIENCE).await;
        (entries, room.try_recv().ok())
    };
    let reporting = async {
        station.report(&sender, 2).await;
        start.elapsed()
    };
    let (ended, (entries, more)) = tokio::join!(reporting, receiver);
    assert_eq!(
        entries,
        [Entry::Value(1), Entry::Value(2), Entry::Late],
        "the channel was full for longer than {PATIENCE:?}; left: what was received, in this order",
    );
    assert_eq!(more, None, "a value and a note were received; left: what was sent besides");
    assert_eq!(ended, PATIENCE * 3 / 2, "the channel had room after this time (right); left: when `report` returned");
}

#[interleave::test]
async fn a_value_is_sent_however_long_the_channel_was_full() {
    let (station, _) = station(PATIENCE / 10);
    let (sender, mut room) = mpsc::channel(1);
    sender.send(Entry::Value(1)).await.unwrap();
    let receiver = async {
        sleep(AGES).await;
        let mut entries = Vec::new();
        for _ in 0..3 {
            entries.push(timeout(AGES, room.recv()).await.ok().flatten());
        }
        entries
    };
    let (entries, ()) = tokio::join!(receiver, station.report(&sender, 2));
    assert_eq!(
        entries,
        [Entry::Value(1), Entry::Value(2), Entry::Late].map(Some),
        "the channel was full for a thousand seconds; left: what was received",
    );
}

#[interleave::test]
async fn a_report_keeps_its_place_in_the_queue() {
    let (station, _) = station(PATIENCE / 10);
    let (sender, mut room) = mpsc::channel(1);
    sender.send(Entry::Value(1)).await.unwrap();
    let behind = async {
        sleep(PATIENCE / 2).await; // after the value, and before the note
        sender.send(Entry::Value(3)).await.unwrap();
    };
    let receiver = async {
        sleep(PATIENCE * 3 / 2).await;
        let mut entries = Vec::new();
        for _ in 0..4 {
            entries.push(room.recv().await.unwrap());
        }
        entries
    };
    let ((), entries, ()) = tokio::join!(behind, receiver, station.report(&sender, 2));
    assert_eq!(
        entries[..3],
        [Entry::Value(1), Entry::Value(2), Entry::Value(3)],
        "2 waited for room in the channel, and 3 came later; left: what was received, in this order",
    );
}

#[interleave::test]
async fn measuring_and_waiting_are_late_together() {
    // The sensor takes 0.9 s, and then the log is taken until 1.8 s: neither is late, but both together are.
    let (station, _) = station(PATIENCE * 9 / 10);
    let log = station.log();
    let reader = async {
        let _taken = log.lock().await;
        sleep(PATIENCE * 18 / 10).await;
    };
    tokio::join!(reader, station.record());
    let entries = sorted(log.lock().await.clone());
    assert_eq!(entries, [Entry::Value(21), Entry::Late], "the value was there after 1.8 s; left: the log, sorted");
    // The sensor is slow, and then the log as well: one recording, one note.
    let reader = async {
        sleep(PATIENCE * 8 / 10).await;
        let _taken = log.lock().await;
        sleep(2 * PATIENCE).await;
    };
    tokio::join!(reader, station.record());
    let entries = sorted(log.lock().await.clone());
    assert_eq!(
        entries,
        [Entry::Value(21), Entry::Value(22), Entry::Late, Entry::Late],
        "two recordings were late, each with one note; left: the log, sorted",
    );
}

#[interleave::test]
async fn a_report_ends_when_the_control_room_is_empty() {
    let (station, _) = station(PATIENCE / 10);
    let (sender, room) = mpsc::channel(1);
    sender.send(Entry::Value(1)).await.unwrap();
    let leaving = async {
        sleep(PATIENCE * 3 / 2).await;
        drop(room);
    };
    tokio::join!(station.report(&sender, 2), leaving);
    station.report(&sender, 3).await;
}

#[interleave::test]
async fn two_stations_are_independent() {
    let ((slow, _), (quick, _)) = (station(PATIENCE / 10), station(PATIENCE / 10));
    let taken = slow.log();
    let taken = taken.lock().await;
    let start = Instant::now();
    // Both may be awaited in any task.
    let (recording, own) = (slow.clone(), quick.clone());
    let waiting = tokio::spawn(async move { recording.record().await });
    let ended = timeout(PATIENCE / 2, tokio::spawn(async move { own.record().await })).await;
    assert!(ended.is_ok(), "the log of one station is taken, and another station waits for it");
    assert_eq!(start.elapsed(), PATIENCE / 10, "the sensor answered after this time (right), and its log was free");
    let (sender, mut room) = mpsc::channel(1);
    let own = quick.clone();
    tokio::spawn(async move { own.report(&sender, 5).await }).await.unwrap();
    assert_eq!(room.recv().await, Some(Entry::Value(5)), "the value was sent");
    drop(taken);
    waiting.await.unwrap();
    assert_eq!(*quick.log().lock().await, [Entry::Value(21)], "left: the log of one of two stations");
    assert_eq!(*slow.log().lock().await, [Entry::Value(21)], "left: the log of the other station");
}

#[interleave::test]
async fn after_a_recording_that_was_dropped_the_log_is_free() {
    for rounds in 1..6 {
        let (station, _) = station(PATIENCE / 10);
        let log = station.log();
        let taken = log.lock().await;
        let dropped = timeout(PATIENCE * rounds / 2, station.record()).await;
        assert!(dropped.is_err(), "the log is taken for longer than the caller waits");
        drop(taken);
        let recording = timeout(PATIENCE, station.record()).await;
        assert!(recording.is_ok(), "a recording was dropped, and the next one does not get the log");
        assert!(log.lock().await.contains(&Entry::Value(22)), "left out: the value of the second recording");
    }
}
