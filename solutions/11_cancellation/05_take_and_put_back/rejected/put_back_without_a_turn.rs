//! verdict: failing-test ok_means_that_the_entries_are_stored
//! Another upload finds nothing while the entries are taken out, and reports that they are stored.
//!
//! The logbook of a lorry, uploaded to the office whenever there is coverage.

use std::mem;
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

/// Entries that return to their place unless they have been cleared.
struct Taken<'a> {
    entries: Vec<String>,
    place: &'a Mutex<Vec<String>>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut added = self.place.lock().unwrap();
        self.entries.append(&mut added);
        *added = mem::take(&mut self.entries);
    }
}

/// A logbook. Tasks on several threads add entries and upload them.
pub struct Logbook<O> {
    office: O,
    entries: Mutex<Vec<String>>,
}

impl<O: Office> Logbook<O> {
    pub fn new(office: O) -> Self {
        Self { office, entries: Mutex::default() }
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
        let mut taken = Taken { entries: mem::take(&mut *self.entries.lock().unwrap()), place: &self.entries };
        if taken.entries.is_empty() {
            return Ok(());
        }
        self.office.store(&taken.entries).await?;
        taken.entries.clear();
        Ok(())
    }

    pub fn office(&self) -> &O {
        &self.office
    }
}
