//! verdict: failing-test append_returns_when_the_record_is_written
//! Adds the record before it is written: `records` does not wait, and returns records that are not on the disk.
//!
//! An archive: records on a disk that takes one write at a time, and the index of what is on it.

use std::sync::Arc;

use tokio::sync::{Mutex, Mutex as Turn};
use tokio::task::spawn_blocking;

/// A disk. A write blocks its thread, and two writes at once corrupt each other.
pub trait Disk: Send + Sync + 'static {
    fn write(&self, record: u32);
}

/// Records on a disk, in the order of the index.
pub struct Archive<D> {
    disk: Arc<D>,
    /// What is on the disk. Locked during a write.
    index: Arc<Mutex<Vec<u32>>>,
    turn: Arc<Turn<()>>,
}

impl<D: Disk> Archive<D> {
    pub fn new(disk: Arc<D>) -> Self {
        Self { disk, index: Arc::default(), turn: Arc::default() }
    }

    /// Writes `record` to the disk and into the index, and returns when it is there. Blocks no thread that runs tasks.
    pub async fn append(&self, record: u32) {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        self.index.lock().await.push(record);
        let disk = Arc::clone(&self.disk);
        let writing = spawn_blocking(move || {
            disk.write(record);
            drop(turn);
        });
        writing.await.expect("a write does not panic");
    }

    /// What is on the disk. Waits while a write is under way.
    pub async fn records(&self) -> Vec<u32> {
        self.index.lock().await.clone()
    }
}
