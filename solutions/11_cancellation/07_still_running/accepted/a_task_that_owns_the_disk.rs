//! An archive: records on a disk that takes one write at a time, and the index of what is on it.

use std::marker::PhantomData;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

/// A disk. A write blocks its thread, and two writes at once corrupt each other.
pub trait Disk: Send + Sync + 'static {
    fn write(&self, record: u32);
}

/// Records on a disk, in the order of the index. A task owns both and takes one request after the other.
pub struct Archive<D> {
    requests: UnboundedSender<Request>,
    disk: PhantomData<D>,
}

enum Request {
    Append(u32, oneshot::Sender<()>),
    Records(oneshot::Sender<Vec<u32>>),
}

async fn serve<D: Disk>(disk: Arc<D>, mut requests: UnboundedReceiver<Request>) {
    let mut index = Vec::new();
    while let Some(request) = requests.recv().await {
        // An answer that cannot be sent is one that nobody waits for any more.
        match request {
            Request::Append(record, answer) => {
                let disk = Arc::clone(&disk);
                spawn_blocking(move || disk.write(record)).await.expect("a write does not panic");
                index.push(record);
                let _ = answer.send(());
            }
            Request::Records(answer) => {
                let _ = answer.send(index.clone());
            }
        }
    }
}

impl<D: Disk> Archive<D> {
    pub fn new(disk: Arc<D>) -> Self {
        let (sender, requests) = unbounded_channel();
        tokio::spawn(serve(disk, requests));
        Self { requests: sender, disk: PhantomData }
    }

    /// Writes `record` to the disk and into the index, and returns when it is there. Blocks no thread that runs tasks.
    pub async fn append(&self, record: u32) {
        self.ask(|answer| Request::Append(record, answer)).await;
    }

    /// What is on the disk. Waits while a write is under way.
    pub async fn records(&self) -> Vec<u32> {
        self.ask(Request::Records).await
    }

    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> T {
        let (sender, answer) = oneshot::channel();
        assert!(self.requests.send(request(sender)).is_ok(), "the task ends with the archive");
        answer.await.expect("the task answers every request")
    }
}
