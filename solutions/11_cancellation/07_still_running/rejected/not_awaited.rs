//! verdict: failing-test append_returns_when_the_record_is_written
//! Returns without waiting for the closure: the caller believes that its record is on the disk.
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
        let mut index = Arc::clone(&self.index).lock_owned().await;
        let disk = Arc::clone(&self.disk);
        spawn_blocking(move || {
            disk.write(record);
            index.push(record);
        });
    }

    /// What is on the disk. Waits while a write is under way.
    pub async fn records(&self) -> Vec<u32> {
        self.index.lock().await.clone()
    }
}
