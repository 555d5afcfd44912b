//! verdict: failing-test the_index_is_locked_until_the_abandoned_write_has_ended
//! A separate lock for the disk, but its guard is in the future again.
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
    writing: Mutex<()>,
    /// What is on the disk. Locked during a write.
    index: Arc<Mutex<Vec<u32>>>,
}

impl<D: Disk> Archive<D> {
    pub fn new(disk: Arc<D>) -> Self {
        Self { disk, writing: Mutex::default(), index: Arc::default() }
    }

    /// Writes `record` to the disk and into the index, and returns when it is there. Blocks no thread that runs tasks.
    pub async fn append(&self, record: u32) {
        let _writing = self.writing.lock().await;
        let disk = Arc::clone(&self.disk);
        spawn_blocking(move || disk.write(record)).await.expect("a write does not panic");
        self.index.lock().await.push(record);
    }

    /// What is on the disk. Waits while a write is under way.
    pub async fn records(&self) -> Vec<u32> {
        let _writing = self.writing.lock().await;
        self.index.lock().await.clone()
    }
}
