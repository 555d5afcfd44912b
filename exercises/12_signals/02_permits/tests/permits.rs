use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use interleave::{CountingWaker, HighWater};
use permits::{Server, Uploads};
use tokio::time::{Instant, sleep, timeout};

const TRANSFER: Duration = Duration::from_millis(100);
const AGES: Duration = Duration::from_secs(100);

/// This file takes ten times as long as others.
const LONG: u32 = 1_000_000;
/// And this one takes ages.
const LONGEST: u32 = 2_000_000;
/// The server panics when it gets this file.
const BROKEN: u32 = 3_000_000;

/// Takes `TRANSFER` per file, and counts how many transfers run at once.
#[derive(Default)]
struct SlowServer {
    transfers: HighWater,
    arrived: Mutex<Vec<u32>>,
}

impl SlowServer {
    fn arrived(&self) -> Vec<u32> {
        self.arrived.lock().unwrap().clone()
    }
}

impl Server for SlowServer {
    async fn put(&self, file: u32) {
        let _transfer = self.transfers.enter();
        sleep(match file {
            LONG => 10 * TRANSFER,
            LONGEST => AGES,
            _ => TRANSFER,
        })
        .await;
        assert_ne!(file, BROKEN, "the server cannot read this file");
        self.arrived.lock().unwrap().push(file);
    }
}

fn two_slots() -> (Arc<SlowServer>, Uploads<SlowServer>) {
    let server = Arc::new(SlowServer::default());
    (Arc::clone(&server), Uploads::new(server, 2))
}

#[interleave::test(schedules = 100)]
async fn two_slots_are_two_uploads_at_once() {
    let (server, uploads) = two_slots();
    let start = Instant::now();
    tokio::join!(uploads.upload(1), uploads.upload(2), uploads.upload(3), uploads.upload(4));
    assert_eq!(
        server.transfers.highest(),
        2,
        "left: how many uploads ran at once: is a permit held until its upload ends?"
    );
    assert_eq!(start.elapsed(), 2 * TRANSFER, "four files through two slots take as long as two");
}

#[interleave::test(schedules = 100)]
async fn two_slots_are_two_tasks_at_once() {
    let (server, uploads) = two_slots();
    let start = Instant::now();
    let tasks = [1, 2, 3].map(|file| uploads.start(file));
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(server.transfers.highest(), 2, "left: how many uploads ran at once");
    assert_eq!(start.elapsed(), 2 * TRANSFER, "three files through two slots take as long as two");
}

#[interleave::test]
async fn an_aborted_task_frees_its_slot() {
    let (server, uploads) = two_slots();
    let tasks = [uploads.start(1), uploads.start(2)];
    sleep(TRANSFER / 2).await; // both are under way
    for task in tasks {
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled(), "it was aborted in the middle of its upload");
    }
    uploads.upload(3).await;
    assert_eq!(server.arrived(), [3], "two uploads were aborted, and the third was not");
}

#[interleave::test]
async fn a_task_that_panics_frees_its_slot() {
    let (server, uploads) = two_slots();
    for _ in 0..2 {
        assert!(uploads.start(BROKEN).await.unwrap_err().is_panic(), "the server panics at this file");
    }
    uploads.upload(3).await;
    assert_eq!(server.arrived(), [3], "two uploads failed, and the third did not");
}

#[interleave::test(flavor = "current_thread")]
async fn a_batch_may_be_larger_than_the_number_of_slots() {
    let (server, uploads) = two_slots();
    let start = Instant::now();
    uploads.upload_all(&[1, 2, 3, 4, 5]).await;
    let mut arrived = server.arrived();
    arrived.sort_unstable();
    assert_eq!(arrived, [1, 2, 3, 4, 5], "the batch has ended, so all its files are there");
    assert_eq!(server.transfers.highest(), 2, "left: how many uploads of the batch ran at once");
    assert_eq!(start.elapsed(), 3 * TRANSFER, "five files through two slots take as long as three");
}

#[interleave::test(flavor = "current_thread")]
async fn a_batch_uses_the_slot_that_is_free() {
    let (server, uploads) = two_slots();
    let long = uploads.start(LONG);
    sleep(TRANSFER / 2).await; // one slot is taken for a long time, the other one is free
    let batch = async { uploads.upload_all(&[1, 2]).await };
    let late = async {
        sleep(TRANSFER / 2).await; // after the batch
        uploads.upload(3).await;
    };
    tokio::join!(batch, late);
    long.await.unwrap();
    assert_eq!(
        server.arrived(),
        [1, 2, 3, LONG],
        "one slot was free all the time; left: the order in which the files arrived. If `LONG` comes first, the batch \
         waited for two slots at once, and the other calls waited behind the batch",
    );
}

#[interleave::test(flavor = "current_thread")]
async fn both_slots_stay_in_use_as_long_as_there_are_files() {
    let (server, uploads) = two_slots();
    let start = Instant::now();
    uploads.upload_all(&[LONG, 1, 2, 3, 4, 5, 6, 7]).await;
    assert_eq!(
        server.arrived(),
        [1, 2, 3, 4, 5, 6, 7, LONG],
        "seven files fit into one slot while the other one is in use"
    );
    assert_eq!(start.elapsed(), 10 * TRANSFER, "the long file takes ten times as long as each of seven others");
    uploads.upload_all(&[]).await;
}

#[interleave::test(real_only)] // hundreds of tasks
async fn the_number_of_slots_is_the_given_one() {
    for slots in [1, 3, 300] {
        let server = Arc::new(SlowServer::default());
        let uploads = Uploads::new(Arc::clone(&server), slots as usize);
        let files: Vec<u32> = (0..slots + 20).collect();
        uploads.upload_all(&files).await;
        let tasks: Vec<_> = files.iter().map(|file| uploads.start(*file)).collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(
            server.transfers.highest(),
            slots as usize,
            "there are {slots} slots; left: how many uploads ran at once"
        );
        assert_eq!(
            server.arrived().len(),
            2 * files.len(),
            "{} files were uploaded twice; left: how many arrived",
            files.len()
        );
    }
}

#[interleave::test]
async fn a_clone_shares_the_slots() {
    let (server, uploads) = two_slots();
    let other = uploads.clone();
    tokio::join!(uploads.upload(1), uploads.upload(2), other.upload(3), other.upload(4));
    assert_eq!(server.transfers.highest(), 2, "two clones have two slots together; left: how many uploads ran at once");
}

#[interleave::test]
async fn two_servers_have_slots_of_their_own() {
    let ((server, uploads), (other_server, other)) = (two_slots(), two_slots());
    let start = Instant::now();
    tokio::join!(uploads.upload(1), uploads.upload(2), other.upload(3), other.upload(4));
    assert_eq!(start.elapsed(), TRANSFER, "each of two servers has two slots, and each got two files");
    assert_eq!(
        server.arrived().len() + other_server.arrived().len(),
        4,
        "four files were uploaded; left: how many arrived"
    );
}

#[interleave::test]
async fn an_upload_that_is_dropped_frees_its_slot() {
    let (server, uploads) = two_slots();
    for _ in 0..2 {
        let dropped = timeout(TRANSFER / 2, uploads.upload(1)).await;
        assert!(dropped.is_err(), "the caller waits for half of a transfer");
    }
    uploads.upload(2).await;
    assert_eq!(server.arrived(), [2], "two uploads were dropped in the middle, and the third was not");
}

#[interleave::test]
async fn an_upload_that_is_dropped_leaves_the_queue() {
    let (server, uploads) = two_slots();
    let tasks = [uploads.start(1), uploads.start(2)];
    sleep(TRANSFER / 4).await; // both slots are taken
    let dropped = timeout(TRANSFER / 2, uploads.upload(3)).await;
    assert!(dropped.is_err(), "both slots are taken for longer than the caller waits");
    for task in tasks {
        task.await.unwrap();
    }
    sleep(10 * TRANSFER).await;
    let mut arrived = server.arrived();
    arrived.sort_unstable();
    assert_eq!(arrived, [1, 2], "the third upload was dropped while it waited for a slot; left: what arrived");
}

#[interleave::test(flavor = "current_thread")]
async fn a_started_upload_needs_nobody_who_awaits_it() {
    let (server, uploads) = two_slots();
    for file in 0..6 {
        drop(uploads.start(file));
    }
    sleep(3 * TRANSFER + TRANSFER / 2).await;
    let mut arrived = server.arrived();
    arrived.sort_unstable();
    assert_eq!(
        arrived,
        [0, 1, 2, 3, 4, 5],
        "six uploads were started; left: what has arrived after three and a half transfers"
    );
}

#[interleave::test]
async fn an_upload_waits_however_long_the_others_take() {
    let (server, uploads) = two_slots();
    let start = Instant::now();
    let tasks = [uploads.start(LONGEST), uploads.start(LONGEST)];
    sleep(TRANSFER / 4).await; // both slots are taken
    uploads.upload(1).await;
    assert_eq!(start.elapsed(), AGES + TRANSFER, "both slots were taken for ages; left: when the third upload ended");
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(server.transfers.highest(), 2, "there are two slots; left: how many uploads ran at once");
}

#[interleave::test]
async fn an_upload_that_waits_sleeps() {
    let (_server, uploads) = two_slots();
    let tasks = [uploads.start(LONG), uploads.start(LONG)];
    sleep(TRANSFER / 4).await; // both slots are taken
    let waker = CountingWaker::new();
    let mut waiting = pin!(uploads.upload(1));
    assert!(waker.poll(waiting.as_mut()).is_pending(), "both slots are taken, and a third upload has ended");
    sleep(5 * TRANSFER).await;
    assert_eq!(
        waker.wakes(),
        0,
        "both slots are still taken; left: how often an upload that waits was woken. Does it look again and again?",
    );
    for task in tasks {
        task.await.unwrap();
    }
    assert!(waker.wakes() > 0, "there is a free slot, and the upload that waits for it was not woken");
}

#[interleave::test(flavor = "current_thread")]
async fn a_broken_file_in_a_batch_frees_its_slot() {
    let (server, uploads) = two_slots();
    let batch = tokio::spawn({
        let uploads = uploads.clone();
        async move { uploads.upload_all(&[BROKEN, BROKEN]).await }
    });
    // Whether the batch panics as well is left open.
    let _ = batch.await;
    sleep(10 * TRANSFER).await;
    uploads.upload(3).await;
    assert_eq!(server.arrived(), [3], "the server panicked at both files of a batch, and then got a third one");
}

#[interleave::test]
async fn a_batch_that_is_dropped_frees_its_slots() {
    let (server, uploads) = two_slots();
    let dropped = timeout(TRANSFER / 2, uploads.upload_all(&[1, 2, 3])).await;
    assert!(dropped.is_err(), "the caller waits for half of a transfer");
    sleep(10 * TRANSFER).await; // its tasks may go on
    let start = Instant::now();
    tokio::join!(uploads.upload(4), uploads.upload(5));
    assert_eq!(start.elapsed(), TRANSFER, "a batch was dropped some time ago, so two files use two slots");
    assert_eq!(server.transfers.highest(), 2, "left: how many uploads ran at once");
}
