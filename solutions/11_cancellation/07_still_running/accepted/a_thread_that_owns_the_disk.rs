//! An archive: records on a disk that takes one write at a time, and the index of what is on it.

use std::marker::PhantomData;
use std::sync::{Arc, mpsc};
use std::thread;

use tokio::sync::oneshot;

/// A disk. A write blocks its thread, and two writes at once corrupt each other.
pub trait Disk: Send + Sync + 'static {
    fn write(&self, record: u32);
}

/// Records on a disk, in the order of the index. A thread owns both and takes one request after the other.
pub struct Archive<D> {
    requests: mpsc::Sender<Request>,
    disk: PhantomData<D>,
}

enum Request {
    Append(u32, oneshot::Sender<()>),
    Records(oneshot::Sender<Vec<u32>>),
}

impl<D: Disk> Archive<D> {
    pub fn new(disk: Arc<D>) -> Self {
        let (sender, requests) = mpsc::channel();
        thread::spawn(move || {
            let mut index = Vec::new();
            // An answer that cannot be sent is for a caller that has given up.
            for request in requests {
                match request {
                    Request::Append(record, answer) => {
                        disk.write(record);
                        index.push(record);
                        let _ = answer.send(());
                    }
                    Request::Records(answer) => {
                        let _ = answer.send(index.clone());
                    }
                }
            }
        });
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
        assert!(self.requests.send(request(sender)).is_ok(), "the thread ends with the archive");
        answer.await.expect("the thread answers every request")
    }
}
