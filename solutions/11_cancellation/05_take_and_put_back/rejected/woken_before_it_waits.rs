//! verdict: deadlock an_upload_is_dropped_while_another_task_uploads
//! Looks whether another upload is under way, and begins to wait then. If that upload is dropped in between, nobody
//! wakes it.
//!
//! The logbook of a lorry, uploaded to the office whenever there is coverage.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use tokio::sync::Notify;

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
    is_busy: AtomicBool,
    free: Notify,
}

impl<O: Office> Logbook<O> {
    pub fn new(office: O) -> Self {
        Self { office, entries: Mutex::default(), is_busy: AtomicBool::new(false), free: Notify::new() }
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
        while self.is_busy.swap(true, SeqCst) {
            self.free.notified().await;
        }
        let _turn = Turn { is_busy: &self.is_busy, free: &self.free };
        let batch = self.entries.lock().unwrap().clone();
        if batch.is_empty() {
            return Ok(());
        }
        self.office.store(&batch).await?;
        self.entries.lock().unwrap().drain(..batch.len());
        Ok(())
    }

    pub fn office(&self) -> &O {
        &self.office
    }
}

struct Turn<'a> {
    is_busy: &'a AtomicBool,
    free: &'a Notify,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.is_busy.store(false, SeqCst);
        self.free.notify_waiters();
    }
}
