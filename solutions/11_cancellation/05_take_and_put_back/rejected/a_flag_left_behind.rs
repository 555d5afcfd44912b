//! verdict: failing-test an_upload_that_times_out_loses_no_entry
//! Marks the logbook as being uploaded. An upload that is dropped never takes the mark away, and no other one begins.
//!
//! The logbook of a lorry, uploaded to the office whenever there is coverage.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

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
    uploading: AtomicBool,
}

impl<O: Office> Logbook<O> {
    pub fn new(office: O) -> Self {
        Self { office, entries: Mutex::default(), uploading: AtomicBool::new(false) }
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
        if self.uploading.swap(true, SeqCst) {
            return Ok(());
        }
        let copy = self.entries.lock().unwrap().clone();
        let stored = if copy.is_empty() { Ok(()) } else { self.office.store(&copy).await };
        if stored.is_ok() {
            self.entries.lock().unwrap().drain(..copy.len());
        }
        self.uploading.store(false, SeqCst);
        stored
    }

    pub fn office(&self) -> &O {
        &self.office
    }
}
