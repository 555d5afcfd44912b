//! verdict: failing-test a_save_returns_when_its_lines_are_written
//! Returns without waiting for the blocking thread: the caller believes that its lines are on the disk.
//!
//! A journal. Its lines are packed, which costs processor time, and written to a disk, which takes a while.

use std::sync::{Arc, Mutex};

use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

/// Where the journal is kept.
pub trait Disk: Send + Sync + 'static {
    /// Computes for a while: not to be called on a thread that runs tasks.
    fn pack(&self, lines: &[String]) -> String;

    fn write(&self, packed: String) -> impl Future<Output = ()> + Send;
}

/// Lines that are saved now and then.
pub struct Journal<D> {
    disk: Arc<D>,
    unsaved: Arc<Mutex<Vec<String>>>,
}

impl<D: Disk> Journal<D> {
    pub fn new(disk: D) -> Self {
        Self { disk: Arc::new(disk), unsaved: Arc::default() }
    }

    /// Adds a line, on any thread. Waits neither for packing nor for the disk.
    pub fn append(&self, line: &str) {
        self.unsaved.lock().unwrap().push(line.to_owned());
    }

    /// Writes all lines that no other save has taken, in order and each of them once, and returns when they are written.
    /// Does not wait for another save.
    pub async fn save(&self) {
        let (disk, unsaved, handle) = (Arc::clone(&self.disk), Arc::clone(&self.unsaved), Handle::current());
        spawn_blocking(move || {
            let lines = std::mem::take(&mut *unsaved.lock().unwrap());
            let packed = disk.pack(&lines);
            handle.block_on(disk.write(packed));
        });
    }
}
