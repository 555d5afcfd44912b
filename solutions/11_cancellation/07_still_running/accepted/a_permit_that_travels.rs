//! An archive: records on a disk that takes one write at a time, and the index of what is on it.

use std::sync::{Arc, Mutex};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// A disk. A write blocks its thread, and two writes at once corrupt each other.
pub trait Disk: Send + Sync + 'static {
    fn write(&self, record: u32);
}

/// Records on a disk, in the order of the index.
pub struct Archive<D> {
    disk: Arc<D>,
    /// One permit: whoever writes has it.
    turn: Arc<Semaphore>,
    /// What is on the disk.
    index: Arc<Mutex<Vec<u32>>>,
}

impl<D: Disk> Archive<D> {
    pub fn new(disk: Arc<D>) -> Self {
        Self { disk, turn: Arc::new(Semaphore::new(1)), index: Arc::default() }
    }

    /// Writes `record` to the disk and into the index, and returns when it is there. Blocks no thread that runs tasks.
    pub async fn append(&self, record: u32) {
        let permit = Arc::clone(&self.turn).acquire_owned().await.expect("it is never closed");
        let (disk, index) = (Arc::clone(&self.disk), Arc::clone(&self.index));
        let writing = spawn_blocking(move || {
            disk.write(record);
            index.lock().unwrap().push(record);
            drop(permit);
        });
        writing.await.expect("a write does not panic");
    }

    /// What is on the disk. Waits while a write is under way.
    pub async fn records(&self) -> Vec<u32> {
        let _permit = self.turn.acquire().await.expect("it is never closed");
        self.index.lock().unwrap().clone()
    }
}
