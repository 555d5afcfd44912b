//! verdict: failing-test two_journals_are_independent
//! The list is a `static`: each journal saves the lines of all journals.
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

static UNSAVED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Lines that are saved now and then.
pub struct Journal<D> {
    disk: Arc<D>,
}

impl<D: Disk> Journal<D> {
    pub fn new(disk: D) -> Self {
        Self { disk: Arc::new(disk) }
    }

    /// Adds a line, on any thread. Waits neither for packing nor for the disk.
    pub fn append(&self, line: &str) {
        UNSAVED.lock().unwrap().push(line.to_owned());
    }

    /// Writes all lines that no other save has taken, in order and each of them once, and returns when they are written.
    /// Does not wait for another save.
    pub async fn save(&self) {
        let (disk, handle) = (Arc::clone(&self.disk), Handle::current());
        let saving = spawn_blocking(move || {
            let lines = std::mem::take(&mut *UNSAVED.lock().unwrap());
            let packed = disk.pack(&lines);
            handle.block_on(disk.write(packed));
        });
        saving.await.unwrap();
    }
}
