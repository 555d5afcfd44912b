//! verdict: failing-test no_entry_is_lost_however_many_there_are
//! A bounded channel, and an entry that does not fit is dropped.
//!
//! An audit log: who has opened which file. A task writes its entries to a store, one after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinHandle;

/// Where the entries are kept. Writing one may take a while. Dropping the store closes it.
pub trait Store: Send + 'static {
    fn write(&mut self, entry: String) -> impl Future<Output = ()> + Send;
}

/// Writes what its users record. They share it in an `Arc`.
pub struct Audit {
    entries: Sender<String>,
    written: Arc<AtomicUsize>,
}

impl Audit {
    /// Opens a log, and returns the handle of its task as well. When the last `Arc` of the log is dropped, the task writes
    /// the entries that are left, closes the store and ends. It does not end before.
    pub fn open(mut store: impl Store) -> (Arc<Self>, JoinHandle<()>) {
        let (entries, mut queue) = channel(256);
        let written = Arc::new(AtomicUsize::new(0));
        let audit = Arc::new(Self { entries, written: Arc::clone(&written) });
        let task = tokio::spawn(async move {
            while let Some(entry) = queue.recv().await {
                store.write(entry).await;
                written.fetch_add(1, Ordering::SeqCst);
            }
        });
        (audit, task)
    }

    /// Adds an entry and returns at once.
    pub fn record(&self, entry: &str) {
        let _ = self.entries.try_send(entry.to_owned());
    }

    /// How many entries the store has.
    pub fn written(&self) -> usize {
        self.written.load(Ordering::SeqCst)
    }
}
