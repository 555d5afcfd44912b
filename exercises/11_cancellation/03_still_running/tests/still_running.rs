use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use interleave::HighWater;
use still_running::{Archive, Disk};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::sleep;

/// A disk whose writes take two steps, with room for others in between.
#[derive(Default)]
struct PlainDisk {
    writing: HighWater,
    half_written: AtomicBool,
    written: Mutex<Vec<u32>>,
}

impl Disk for PlainDisk {
    fn write(&self, record: u32) {
        let _writing = self.writing.enter();
        self.half_written.store(true, Ordering::SeqCst);
        self.half_written.store(false, Ordering::SeqCst);
        self.written.lock().unwrap().push(record);
    }
}

/// A disk that says when a write begins, and ends it when the test opens the gate.
struct GatedDisk {
    began: UnboundedSender<u32>,
    gate: Mutex<mpsc::Receiver<()>>,
}

impl Disk for GatedDisk {
    fn write(&self, record: u32) {
        let _ = self.began.send(record);
        // An error means that the test has ended.
        let _ = self.gate.lock().unwrap().recv();
    }
}

fn gated_disk() -> (Arc<GatedDisk>, UnboundedReceiver<u32>, mpsc::Sender<()>) {
    let (began, begins) = unbounded_channel();
    let (opener, gate) = mpsc::channel();
    (Arc::new(GatedDisk { began, gate: Mutex::new(gate) }), begins, opener)
}

/// Waits until all work has ended, also that for which nobody waits: until then it has the disk in its hands.
async fn rest(disk: &Arc<PlainDisk>, owners: usize) {
    while Arc::strong_count(disk) > owners {
        tokio::task::yield_now().await;
        sleep(Duration::from_secs(1)).await;
    }
}

fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[interleave::test(real_only)]
async fn the_index_is_locked_until_the_abandoned_write_has_ended() {
    let (disk, mut begins, opener) = gated_disk();
    let archive = Arc::new(Archive::new(disk));
    let appending = tokio::spawn({
        let archive = Arc::clone(&archive);
        async move { archive.append(7).await }
    });
    assert_eq!(begins.recv().await, Some(7), "nothing was before this write");
    appending.abort();
    assert!(appending.await.unwrap_err().is_cancelled(), "the caller gave up in the middle of the write");

    let mut records = pin!(archive.records());
    assert_eq!(
        poll_once(records.as_mut()),
        Poll::Pending,
        "the caller has given up, the write goes on, and somebody was let in as if the disk were idle",
    );
    opener.send(()).unwrap();
    assert_eq!(records.await, [7], "the write has ended, so its record is on the disk, and belongs into the index");
}

#[interleave::test]
async fn two_writes_never_run_at_once() {
    let disk = Arc::new(PlainDisk::default());
    let archive = Arc::new(Archive::new(Arc::clone(&disk)));
    let owners = Arc::strong_count(&disk);
    let abandoned = tokio::spawn({
        let archive = Arc::clone(&archive);
        async move { archive.append(1).await }
    });
    let other = tokio::spawn({
        let archive = Arc::clone(&archive);
        async move { archive.append(2).await }
    });
    tokio::task::yield_now().await;
    abandoned.abort();
    let _ = abandoned.await;
    other.await.unwrap();
    rest(&disk, owners).await;
    assert_eq!(
        disk.writing.highest(),
        1,
        "a write began while another one was under way, whose caller had given up: left stands how many ran at once",
    );
}

#[interleave::test]
async fn the_index_agrees_with_the_disk_after_a_caller_gave_up() {
    let disk = Arc::new(PlainDisk::default());
    let archive = Arc::new(Archive::new(Arc::clone(&disk)));
    let owners = Arc::strong_count(&disk);
    let abandoned = tokio::spawn({
        let archive = Arc::clone(&archive);
        async move { archive.append(1).await }
    });
    tokio::task::yield_now().await;
    abandoned.abort();
    let _ = abandoned.await;
    archive.append(2).await;
    rest(&disk, owners).await;
    let before = disk.written.lock().unwrap().clone();
    let index = archive.records().await;
    let after = disk.written.lock().unwrap().clone();
    assert!(index.contains(&2), "nobody gave up the second write, and the index has {index:?}");
    assert!(
        index.starts_with(&before) && after.starts_with(&index),
        "the index says {index:?}, and on the disk are {after:?}: a caller gave up, and its write did not",
    );
}

#[interleave::test]
async fn appends_of_two_callers_are_both_written() {
    let disk = Arc::new(PlainDisk::default());
    let archive = Arc::new(Archive::new(Arc::clone(&disk)));
    tokio::join!(archive.append(1), archive.append(2));
    let index = archive.records().await;
    assert_eq!(index, *disk.written.lock().unwrap(), "left stands what the index says, right what is on the disk");
    assert_eq!(index.len(), 2, "both callers waited for their records: {index:?}");
}
