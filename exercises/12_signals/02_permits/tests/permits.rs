use std::sync::{Arc, Mutex};
use std::time::Duration;

use interleave::HighWater;
use permits::{Server, Uploads};
use tokio::time::{Instant, sleep};

const TRANSFER: Duration = Duration::from_millis(100);

/// This file takes ten times as long as others.
const LONG: u32 = 1_000;
/// The server panics when it gets this file.
const BROKEN: u32 = 2_000;

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
        sleep(if file == LONG { 10 * TRANSFER } else { TRANSFER }).await;
        assert_ne!(file, BROKEN, "the server cannot read this file");
        self.arrived.lock().unwrap().push(file);
    }
}

fn two_slots() -> (Arc<SlowServer>, Uploads<SlowServer>) {
    let server = Arc::new(SlowServer::default());
    (Arc::clone(&server), Uploads::new(server, 2))
}

#[interleave::test]
async fn two_slots_are_two_uploads_at_once() {
    let (server, uploads) = two_slots();
    let start = Instant::now();
    tokio::join!(uploads.upload(1), uploads.upload(2), uploads.upload(3), uploads.upload(4));
    assert_eq!(
        server.transfers.highest(),
        2,
        "left stands how many uploads ran at once: is a permit held until its upload ends?"
    );
    assert_eq!(start.elapsed(), 2 * TRANSFER, "four files through two slots take as long as two");
}

#[interleave::test]
async fn two_slots_are_two_tasks_at_once() {
    let (server, uploads) = two_slots();
    let start = Instant::now();
    let tasks = [1, 2, 3, 4].map(|file| uploads.start(file));
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(server.transfers.highest(), 2, "left stands how many uploads ran at once");
    assert_eq!(start.elapsed(), 2 * TRANSFER, "four files through two slots take as long as two");
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

#[interleave::test]
async fn a_batch_may_be_larger_than_the_number_of_slots() {
    let (server, uploads) = two_slots();
    let start = Instant::now();
    uploads.upload_all(&[1, 2, 3, 4, 5]).await;
    let mut arrived = server.arrived();
    arrived.sort_unstable();
    assert_eq!(arrived, [1, 2, 3, 4, 5], "the batch has ended, so all its files are there");
    assert_eq!(server.transfers.highest(), 2, "left stands how many uploads of the batch ran at once");
    assert_eq!(start.elapsed(), 3 * TRANSFER, "five files through two slots take as long as three");
}

#[interleave::test]
async fn a_batch_uses_the_slot_that_is_free() {
    let (server, uploads) = two_slots();
    let long = uploads.start(LONG);
    sleep(TRANSFER / 2).await; // one slot is taken for long, the other one is free
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
        "one slot was free all the time, and nothing went through it before the long upload had ended: \
         the batch waited for two slots at once, and the others waited behind the batch",
    );
}
