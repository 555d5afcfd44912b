use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use cycle::{Audit, Store};
use tokio::time::{Instant, sleep};

const WRITE: Duration = Duration::from_secs(1);

/// What a test knows of a store: the entries that it has, and whether it is still open.
struct Shelf {
    entries: Arc<Mutex<Vec<String>>>,
    open: Weak<()>,
}

impl Shelf {
    fn entries(&self) -> Vec<String> {
        self.entries.lock().unwrap().clone()
    }

    fn is_closed(&self) -> bool {
        self.open.upgrade().is_none()
    }
}

/// A store that takes `WRITE` for each entry.
struct Slow {
    entries: Arc<Mutex<Vec<String>>>,
    _open: Arc<()>,
}

impl Store for Slow {
    async fn write(&mut self, entry: String) {
        sleep(WRITE).await;
        self.entries.lock().unwrap().push(entry);
    }
}

fn slow() -> (Slow, Shelf) {
    let (entries, open) = (Arc::default(), Arc::new(()));
    let shelf = Shelf { entries: Arc::clone(&entries), open: Arc::downgrade(&open) };
    (Slow { entries, _open: open }, shelf)
}

/// A store that writes at once.
#[derive(Clone, Default)]
struct Fast(Arc<Mutex<Vec<String>>>);

impl Store for Fast {
    async fn write(&mut self, entry: String) {
        self.0.lock().unwrap().push(entry);
    }
}

#[interleave::test]
async fn the_task_ends_when_the_log_is_dropped() {
    let (store, shelf) = slow();
    let (audit, task) = Audit::open(store);
    audit.record("a");
    sleep(WRITE * 2).await;
    assert_eq!(shelf.entries(), ["a"], "one entry was recorded, and writing it takes half of the time since then");
    assert!(!shelf.is_closed(), "the log still exists, and its store is closed");

    let start = Instant::now();
    drop(audit);
    task.await.expect("the task panicked or was aborted");
    assert_eq!(start.elapsed(), Duration::ZERO, "the log was dropped and nothing was left; left: when its task ended");
    assert!(shelf.is_closed(), "the task has ended, and the store is still open: nothing has dropped it");
}

#[interleave::test]
async fn entries_that_are_left_are_written() {
    let (store, shelf) = slow();
    let (audit, task) = Audit::open(store);
    for entry in ["a", "b", "c"] {
        audit.record(entry);
    }
    drop(audit);
    task.await.expect("the task panicked or was aborted");
    assert_eq!(
        shelf.entries(),
        ["a", "b", "c"],
        "three entries were recorded in this order, then the log was dropped, and the task ended; left: what the store has",
    );
}

#[interleave::test]
async fn a_quiet_log_stays_open() {
    let (store, shelf) = slow();
    let (audit, task) = Audit::open(store);
    audit.record("a");
    sleep(Duration::from_secs(50 * 60)).await;
    audit.record("b");
    drop(audit);
    task.await.expect("the task panicked or was aborted");
    assert_eq!(shelf.entries(), ["a", "b"], "`b` was recorded 50 minutes after `a`; left: what the store has");
}

#[interleave::test]
async fn written_counts_what_the_store_has() {
    let (store, _shelf) = slow();
    let (audit, task) = Audit::open(store);
    audit.record("a");
    audit.record("b");
    for written in 0..=2 {
        // In the middle of the first write, of the second one, and after both.
        sleep(if written == 0 { WRITE / 2 } else { WRITE }).await;
        assert_eq!(
            audit.written(),
            written,
            "left: how many entries are counted as written; right: how many the store has"
        );
    }
    drop(audit);
    task.await.expect("the task panicked or was aborted");
}

#[interleave::test]
async fn the_last_owner_closes_the_log() {
    let store = Fast::default();
    let (audit, task) = Audit::open(store.clone());
    let users = ["a", "b"].map(|entry| {
        let audit = Arc::clone(&audit);
        tokio::spawn(async move { audit.record(entry) })
    });
    drop(audit);
    for user in users {
        user.await.expect("an owner of the log recorded an entry, and that panicked");
    }
    task.await.expect("the task panicked or was aborted");
    let mut entries = store.0.lock().unwrap().clone();
    entries.sort();
    assert_eq!(
        entries,
        ["a", "b"],
        "each of two owners recorded an entry and dropped its `Arc`; left: what the store has"
    );
}

#[interleave::test]
async fn two_logs_share_nothing() {
    let logs = [Fast::default(), Fast::default()].map(|store| (store.clone(), Audit::open(store)));
    logs[0].1.0.record("a");
    sleep(WRITE).await;
    let written = logs.each_ref().map(|(_, (audit, _))| audit.written());
    assert_eq!(written, [1, 0], "one entry was recorded, in the first of two logs; left: how many each has written");
    for (_, (audit, task)) in logs {
        drop(audit);
        task.await.expect("the task panicked or was aborted");
    }
}

#[interleave::test(real_only)]
async fn no_entry_is_lost_however_many_there_are() {
    let store = Fast::default();
    let (audit, task) = Audit::open(store.clone());
    for entry in 0..10_000 {
        audit.record(&entry.to_string());
    }
    drop(audit);
    task.await.expect("the task panicked or was aborted");
    assert_eq!(store.0.lock().unwrap().len(), 10_000, "10,000 entries were recorded; left: how many the store has");
}
