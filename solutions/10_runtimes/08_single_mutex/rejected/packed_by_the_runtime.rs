//! verdict: failing-test packing_leaves_the_runtimes_thread_alone
//! No blocking thread, so no cycle. But no task runs while the lines are packed.
//!
//! A journal. Its lines are packed, which costs processor time, and written to a disk, which takes a while.

use std::sync::{Arc, Mutex};

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
        let lines = std::mem::take(&mut *self.unsaved.lock().unwrap());
        let packed = self.disk.pack(&lines);
        self.disk.write(packed).await;
    }
}
