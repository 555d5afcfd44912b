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

/// Waits until all work has ended, also work whose caller is gone: until then it owns a part of the disk.
async fn rest(disk: &Arc<PlainDisk>, owners: usize) {
    while Arc::strong_count(disk) > owners {
        tokio::task::yield_now().await;
        sleep(Duration::from_millis(1)).await;
    }
}

/// A paused clock runs ahead while every task waits, and does not see a thread that is still at work. These tests allow
/// such threads, so on the real runtime they use the real clock.
fn allow_threads() {
    #[cfg(not(feature = "explore"))]
    tokio::time::resume();
}

fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[interleave::test(real_only)]
async fn the_index_is_locked_until_the_abandoned_write_has_ended() {
    allow_threads();
    let (disk, mut begins, opener) = gated_disk();
    let archive = Arc::new(Archive::new(disk));
    let appending = tokio::spawn({
        let archive = Arc::clone(&archive);
        async move { archive.append(7).await }
    });
    assert_eq!(begins.recv().await, Some(7), "no other write was before this one");
    appending.abort();
    assert!(appending.await.unwrap_err().is_cancelled(), "the caller gave up in the middle of the write");

    let mut records = pin!(archive.records());
    let early = poll_once(records.as_mut());
    opener.send(()).unwrap();
    assert_eq!(
        early,
        Poll::Pending,
        "a caller gave up while its write was under way, and then `records` returned before that write had ended",
    );
    assert_eq!(records.await, [7], "the write has ended, so its record is on the disk and belongs into the index");
}

#[interleave::test(real_only)]
async fn a_write_lets_other_tasks_run() {
    allow_threads();
    let (disk, mut begins, opener) = gated_disk();
    let archive = Arc::new(Archive::new(disk));
    let appending = tokio::spawn({
        let archive = Arc::clone(&archive);
        async move { archive.append(7).await }
    });
    // This task runs on the same thread, and the write ends when it sends.
    assert_eq!(begins.recv().await, Some(7), "no other write was before this one");
    opener.send(()).unwrap();
    appending.await.unwrap();
}

#[interleave::test(real_only)]
async fn append_returns_when_the_record_is_written() {
    allow_threads();
    let (disk, mut begins, opener) = gated_disk();
    let archive = Archive::new(disk);
    let mut appending = pin!(archive.append(7));
    let mut returned = poll_once(appending.as_mut()).is_ready();
    assert_eq!(begins.recv().await, Some(7), "no other write was before this one");
    returned = returned || poll_once(appending.as_mut()).is_ready();
    let early = poll_once(pin!(archive.records()));
    opener.send(()).unwrap();
    assert!(!returned, "`append` has returned, and its write has not ended");
    assert_eq!(early, Poll::Pending, "`records` returned while a write was under way");
    appending.await;
    assert_eq!(archive.records().await, [7], "`append` has returned; left: what the index has");
}

#[interleave::test(real_only)]
async fn two_archives_are_independent() {
    allow_threads();
    let ((slow, mut begins, opener), (quick, mut quick_begins, quick_opener)) = (gated_disk(), gated_disk());
    let (slow, quick) = (Archive::new(slow), Archive::new(quick));
    let mut appending = pin!(slow.append(1));
    assert_eq!(poll_once(appending.as_mut()), Poll::Pending, "`append` has returned, and its write has not ended");
    assert_eq!(begins.recv().await, Some(1), "no other write was before this one");
    quick_opener.send(()).unwrap();
    quick.append(2).await;
    opener.send(()).unwrap();
    appending.await;
    assert_eq!(quick_begins.recv().await, Some(2), "left: what was written to one of two disks");
    assert_eq!(slow.records().await, [1], "left: what the index of one archive has");
    assert_eq!(quick.records().await, [2], "left: what the index of the other archive has");
}

#[interleave::test]
async fn two_writes_never_run_at_once() {
    allow_threads();
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
        "a write began while another one was under way, whose caller had given up; left: how many ran at once",
    );
}

#[interleave::test]
async fn the_index_agrees_with_the_disk_after_a_caller_gave_up() {
    allow_threads();
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
    assert!(index.contains(&2), "the second write was not given up, and the index has {index:?}");
    assert!(
        index.starts_with(&before) && after.starts_with(&index),
        "the index has {index:?}, and the disk {after:?}: a caller gave up, and its write did not",
    );
}

/// How long the slowest disk takes for a write.
const AGES: Duration = if cfg!(feature = "explore") { Duration::from_secs(1000) } else { Duration::from_millis(1) };

/// A disk whose writes take a thousand seconds, of virtual time.
#[derive(Default)]
struct SlowestDisk(Mutex<Vec<u32>>);

impl Disk for SlowestDisk {
    fn write(&self, record: u32) {
        std::thread::sleep(AGES);
        self.0.lock().unwrap().push(record);
    }
}

#[interleave::test]
async fn appends_wait_however_long_a_write_takes() {
    allow_threads();
    let disk = Arc::new(SlowestDisk::default());
    let archive = Archive::new(Arc::clone(&disk));
    tokio::join!(archive.append(1), archive.append(2));
    let mut index = archive.records().await;
    index.sort();
    assert_eq!(
        index,
        [1, 2],
        "a write takes a thousand seconds, and two appends have returned; left: what the index has, sorted"
    );
}

#[interleave::test]
async fn every_record_is_indexed_in_the_order_of_the_disk() {
    allow_threads();
    let disk = Arc::new(PlainDisk::default());
    let archive = Archive::new(Arc::clone(&disk));
    assert_eq!(archive.records().await, [], "nothing has been written");
    archive.append(1).await;
    tokio::join!(archive.append(0), archive.append(1));
    let index = archive.records().await;
    assert_eq!(index, *disk.written.lock().unwrap(), "left: what the index has; right: what is on the disk");
    let mut sorted = index;
    sorted.sort();
    assert_eq!(sorted, [0, 1, 1], "three records were appended; left: what the index has, sorted");
}
