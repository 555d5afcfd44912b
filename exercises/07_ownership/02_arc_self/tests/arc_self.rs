use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_self::{Server, Uploads};
use tokio::time::{Instant, sleep};

const LINE: Duration = Duration::from_secs(3);

/// A server at the end of a slow line. The test can see what has arrived there. "large" parts take twice as long.
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
        sleep(if part.starts_with("large") { LINE * 2 } else { LINE }).await;
        self.arrived.lock().unwrap().push(part.to_owned());
    }
}

/// A server next door: it stores at once.
struct Near;

impl Server for Near {
    async fn store(&self, _part: &str) {}
}

#[interleave::test]
async fn all_uploads_are_in_one_list() {
    let uploads = Arc::new(Uploads::new(SlowServer::default()));
    assert_eq!(uploads.stored(), [""; 0], "nothing has been uploaded yet");
    Arc::clone(&uploads).begin("a").await.unwrap();
    Arc::clone(&uploads).begin("b").await.unwrap();
    Arc::clone(&uploads).begin("a").await.unwrap();
    assert_eq!(uploads.stored(), ["a", "b", "a"], "three parts were uploaded, one after the other");
}

#[interleave::test]
async fn parts_are_listed_in_the_order_of_arrival() {
    let uploads = Arc::new(Uploads::new(SlowServer::default()));
    let tasks = ["large", "small"].map(|part| Arc::clone(&uploads).begin(part));
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(uploads.stored(), ["small", "large"], "`large` was begun first, and `small` arrived first");
}

#[interleave::test(real_only)]
async fn a_thousand_uploads_take_as_long_as_one() {
    let uploads = Arc::new(Uploads::new(SlowServer::default()));
    let start = Instant::now();
    let tasks: Vec<_> = (0..1_000).map(|part| Arc::clone(&uploads).begin(&format!("part {part}"))).collect();
    assert_eq!(start.elapsed(), Duration::ZERO, "`begin` should return at once, not when the server has the part");
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(start.elapsed(), LINE, "1,000 uploads took longer than one: some waited for others");
    assert_eq!(uploads.stored().len(), 1_000, "1,000 parts were uploaded");
}

#[interleave::test]
async fn a_part_is_listed_when_the_server_has_it() {
    let uploads = Arc::new(Uploads::new(SlowServer::default()));
    let task = Arc::clone(&uploads).begin("a");
    assert_eq!(uploads.stored(), [""; 0], "the upload has only begun, and its part is listed as stored");
    sleep(LINE / 2).await; // in the middle of the upload
    assert_eq!(uploads.stored(), [""; 0], "the server does not have the part yet, and it is listed as stored");
    task.await.unwrap();
    assert_eq!(uploads.stored(), ["a"], "the upload has ended, so the server has the part");
}

#[interleave::test(worker_threads = 2)]
async fn the_list_can_be_read_while_a_part_arrives() {
    let uploads = Arc::new(Uploads::new(Near));
    Arc::clone(&uploads).begin("a").await.unwrap();
    let task = Arc::clone(&uploads).begin("b");
    let seen = uploads.stored();
    task.await.unwrap();
    assert!(
        seen.starts_with(&["a".to_owned()]),
        "`a` was stored long ago, and while `b` arrived the list was {seen:?}: `stored` has to wait for its lock",
    );
    assert_eq!(uploads.stored(), ["a", "b"], "both uploads have ended");
}

/// Two at the same moment, of the same name.
#[interleave::test]
async fn no_part_is_lost_when_two_arrive_at_once() {
    let uploads = Arc::new(Uploads::new(SlowServer::default()));
    let tasks = ["a", "a"].map(|part| Arc::clone(&uploads).begin(part));
    for task in tasks {
        task.await.unwrap();
        assert!(!uploads.stored().is_empty(), "an upload has ended, and its part is not listed");
    }
    assert_eq!(uploads.stored(), ["a", "a"], "two uploads, of two parts with the same name, ended at the same moment");
}

#[interleave::test]
async fn two_servers_have_a_list_each() {
    let uploads = [SlowServer::default(), SlowServer::default()].map(|server| Arc::new(Uploads::new(server)));
    let tasks = [Arc::clone(&uploads[0]).begin("a"), Arc::clone(&uploads[1]).begin("b")];
    for task in tasks {
        task.await.unwrap();
    }
    let lists = uploads.each_ref().map(|uploads| uploads.stored());
    assert_eq!(lists, [["a"], ["b"]], "`a` went to one server and `b` to another: their lists have nothing in common");
}

#[interleave::test]
async fn an_upload_goes_on_when_its_caller_drops_everything() {
    let server = SlowServer::default();
    // The only `Arc` outside of the task is gone before the task has begun, and so is the handle.
    drop(Arc::new(Uploads::new(server.clone())).begin("a"));
    sleep(LINE * 2).await;
    assert_eq!(server.arrived(), ["a"], "the caller dropped its `Uploads` and the handle, and the part was lost");
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
        "all uploads have ended and `Uploads` is dropped; left: how many owners the server has, right: the test alone",
    );
}
