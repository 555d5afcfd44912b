//! verdict: deadlock
//! Writes where it stands: nothing can be cancelled half-way, and the runtime has no thread left for anybody else.
//!
//! An archive: records on a disk that takes one write at a time, and the index of what is on it.

use std::sync::Arc;

use tokio::sync::Mutex;

/// A disk. A write blocks its thread, and two writes at once spoil each other.
pub trait Disk: Send + Sync + 'static {
    fn write(&self, record: u32);
}

/// Records on a disk, in the order of the index.
pub struct Archive<D> {
    disk: Arc<D>,
    /// What is on the disk. Whoever writes holds this lock.
    index: Arc<Mutex<Vec<u32>>>,
}

impl<D: Disk> Archive<D> {
    pub fn new(disk: Arc<D>) -> Self {
        Self { disk, index: Arc::default() }
    }

    /// Writes `record` to the disk and into the index.
    pub async fn append(&self, record: u32) {
        let mut index = self.index.lock().await;
        self.disk.write(record);
        index.push(record);
    }

    /// What is on the disk. Waits while a write is under way.
    pub async fn records(&self) -> Vec<u32> {
        self.index.lock().await.clone()
    }
}
