use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_self::{Server, Uploads};
use tokio::time::{Instant, sleep};

const LINE: Duration = Duration::from_millis(100);

/// A server at the end of a slow line. What has arrived there can be seen from outside.
#[derive(Clone, Default)]
struct SlowServer {
    arrived: Arc<Mutex<Vec<String>>>,
}

impl SlowServer {
    fn arrived(&self) -> Vec<String> {
        self.arrived.lock().unwrap().clone()
    }
}

impl Server for SlowServer {
    async fn store(&self, part: &str) {
        sleep(LINE).await;
        self.arrived.lock().unwrap().push(part.to_owned());
    }
}

#[interleave::test]
async fn all_uploads_are_in_one_list() {
    let uploads = Arc::new(Uploads::new(SlowServer::default()));
    Arc::clone(&uploads).begin("a").await.unwrap();
    Arc::clone(&uploads).begin("b").await.unwrap();
    assert_eq!(uploads.stored(), ["a", "b"], "two parts were uploaded, one after the other");
}

#[interleave::test]
async fn three_uploads_take_as_long_as_one() {
    let uploads = Arc::new(Uploads::new(SlowServer::default()));
    let start = Instant::now();
    let tasks = ["a", "b", "c"].map(|part| Arc::clone(&uploads).begin(part));
    assert_eq!(start.elapsed(), Duration::ZERO, "`begin` returns at once");
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(start.elapsed(), LINE, "three uploads took longer than one: each waited for the one before");
}

#[interleave::test]
async fn a_part_is_stored_when_the_server_has_it() {
    let uploads = Arc::new(Uploads::new(SlowServer::default()));
    let task = Arc::clone(&uploads).begin("a");
    sleep(LINE / 2).await; // in the middle of the upload
    assert_eq!(uploads.stored(), [""; 0], "the server does not have the part yet");
    task.await.unwrap();
    assert_eq!(uploads.stored(), ["a"], "the server has the part now");
}

#[interleave::test]
async fn an_upload_goes_on_when_its_owner_is_gone() {
    let server = SlowServer::default();
    let task = Arc::new(Uploads::new(server.clone())).begin("a");
    // The only `Arc` outside of the task is gone before the task has begun.
    task.await.unwrap();
    assert_eq!(server.arrived(), ["a"], "an upload was begun, its owner went away, and the part was lost");
}

#[interleave::test]
async fn the_line_is_closed_after_the_last_upload() {
    let server = SlowServer::default();
    let uploads = Arc::new(Uploads::new(server.clone()));
    for part in ["a", "b"] {
        Arc::clone(&uploads).begin(part).await.unwrap();
    }
    drop(uploads);
    assert_eq!(
        Arc::strong_count(&server.arrived),
        1,
        "all uploads have ended and nobody uses them any more; left stands how many owners of the server there are, \
         of which the test is one",
    );
}
