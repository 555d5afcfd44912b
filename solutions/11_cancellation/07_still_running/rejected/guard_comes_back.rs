//! verdict: failing-test the_index_agrees_with_the_disk_after_a_caller_gave_up
//! The closure owns the guard and returns it. If the caller is gone, the record is on the disk but not in the index.
//!
//! An archive: records on a disk that takes one write at a time, and the index of what is on it.

use std::sync::Arc;

use tokio::sync::Mutex;
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
}

impl<D: Disk> Archive<D> {
    pub fn new(disk: Arc<D>) -> Self {
        Self { disk, index: Arc::default() }
    }

    /// Writes `record` to the disk and into the index, and returns when it is there. Blocks no thread that runs tasks.
    pub async fn append(&self, record: u32) {
        let index = Arc::clone(&self.index).lock_owned().await;
        let disk = Arc::clone(&self.disk);
        let writing = spawn_blocking(move || {
            disk.write(record);
            index
        });
        writing.await.expect("a write does not panic").push(record);
    }

    /// What is on the disk. Waits while a write is under way.
    pub async fn records(&self) -> Vec<u32> {
        self.index.lock().await.clone()
    }
}
