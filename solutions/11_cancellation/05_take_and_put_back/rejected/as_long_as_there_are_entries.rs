//! verdict: failing-test an_upload_ends_although_entries_are_added
//! Uploads until the list is empty. While others add entries, it never returns.
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
    entries: Mutex<Vec<String>>,
    /// Locked during an upload.
    uploading: tokio::sync::Mutex<()>,
}

impl<O: Office> Logbook<O> {
    pub fn new(office: O) -> Self {
        Self { office, entries: Mutex::default(), uploading: tokio::sync::Mutex::default() }
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
        let _turn = self.uploading.lock().await;
        loop {
            let first = self.entries.lock().unwrap().first().cloned();
            let Some(first) = first else { return Ok(()) };
            self.office.store(&[first]).await?;
            self.entries.lock().unwrap().remove(0);
        }
    }

    pub fn office(&self) -> &O {
        &self.office
    }
}
