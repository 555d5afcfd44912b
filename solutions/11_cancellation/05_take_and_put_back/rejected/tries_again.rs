//! verdict: livelock
//! Tries again until there is coverage, instead of returning the error.
//!
//! The logbook of a lorry, uploaded to the office whenever there is coverage.

use std::sync::Mutex;

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
    added: Mutex<Vec<String>>,
    /// What is being uploaded, and what an upload has left behind. Older than `added`.
    batch: tokio::sync::Mutex<Vec<String>>,
}

impl<O: Office> Logbook<O> {
    pub fn new(office: O) -> Self {
        Self { office, added: Mutex::default(), batch: tokio::sync::Mutex::default() }
    }

    /// Adds an entry. Waits for no upload.
    pub fn add(&self, entry: &str) {
        self.added.lock().unwrap().push(entry.to_owned());
    }

    /// Stores in the office all entries that were added before this call, each once and in their order. Returns when
    /// these are stored, even if others are added all the time. Uploads take turns: one sleeps while another one is
    /// under way. After an error, and if this future is dropped, the next upload stores what this one has not. If
    /// there is nothing to store, the office is not asked. May be awaited in any task.
    pub async fn upload(&self) -> Result<(), NoCoverage> {
        let mut batch = self.batch.lock().await;
        batch.append(&mut self.added.lock().unwrap());
        if batch.is_empty() {
            return Ok(());
        }
        while self.office.store(&batch).await.is_err() {}
        batch.clear();
        Ok(())
    }

    pub fn office(&self) -> &O {
        &self.office
    }
}
