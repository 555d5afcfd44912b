//! verdict: failing-test an_upload_is_dropped_while_another_task_uploads
//! Declares the guard that puts back before the permit, so it is dropped after it. The next upload begins without the
//! entries.
//!
//! The logbook of a lorry, uploaded to the office whenever there is coverage.

use std::mem;
use std::sync::Mutex;

use tokio::sync::Semaphore;

/// The office could not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCoverage;

/// The office, which has a copy of the logbook.
pub trait Office: Send + Sync + 'static {
    /// Stores `entries` behind those that the office has. It stores all of them when this returns `Ok`. If it returns
    /// an error, or is dropped, it has stored none.
    fn store(&self, entries: &[String]) -> impl Future<Output = Result<(), NoCoverage>> + Send;
}

/// A logbook. Tasks on several threads add entries and upload them.
pub struct Logbook<O> {
    office: O,
    entries: Mutex<Vec<String>>,
    turn: Semaphore,
}

impl<O: Office> Logbook<O> {
    pub fn new(office: O) -> Self {
        Self { office, entries: Mutex::default(), turn: Semaphore::new(1) }
    }

    /// Adds an entry. Waits for no upload.
    pub fn add(&self, entry: &str) {
        self.entries.lock().unwrap().push(entry.to_owned());
    }

    /// Stores in the office all entries that were added before this call, each once and in their order. Returns when
    /// these are stored, even if others are added all the time. Uploads take turns: one sleeps while another one is
    /// under way. After an error, and if this future is dropped, the next upload stores what this one has not. If
    /// there is nothing to store, the office is not asked. May be awaited in any task.
    pub async fn upload(&self) -> Result<(), NoCoverage> {
        let mut batch = Batch { entries: Vec::new(), list: &self.entries };
        let _permit = self.turn.acquire().await.expect("nobody closes it");
        batch.entries = mem::take(&mut *self.entries.lock().unwrap());
        if batch.entries.is_empty() {
            return Ok(());
        }
        self.office.store(&batch.entries).await?;
        batch.entries.clear();
        Ok(())
    }

    pub fn office(&self) -> &O {
        &self.office
    }
}

/// Entries on their way. When this is dropped, they return to the front of the list.
struct Batch<'a> {
    entries: Vec<String>,
    list: &'a Mutex<Vec<String>>,
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        self.list.lock().unwrap().splice(..0, self.entries.drain(..));
    }
}
