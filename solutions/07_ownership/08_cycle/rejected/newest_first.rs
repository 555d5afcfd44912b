//! verdict: failing-test entries_that_are_left_are_written
//! Takes all that is there and writes it from the end, where `pop` is cheap.
//!
//! An audit log: who has opened which file. A task writes its entries to a store, one after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

/// Where the entries are kept. Writing one may take a while. Dropping the store closes it.
pub trait Store: Send + 'static {
    fn write(&mut self, entry: String) -> impl Future<Output = ()> + Send;
}

/// Writes what its users record. They share it in an `Arc`.
pub struct Audit {
    entries: UnboundedSender<String>,
    written: Arc<AtomicUsize>,
}

impl Audit {
    /// Opens a log, and returns the handle of its task as well. When the last `Arc` of the log is dropped, the task writes
    /// the entries that are left, closes the store and ends. It does not end before.
    pub fn open(mut store: impl Store) -> (Arc<Self>, JoinHandle<()>) {
        let (entries, mut queue) = unbounded_channel();
        let written = Arc::new(AtomicUsize::new(0));
        let audit = Arc::new(Self { entries, written: Arc::clone(&written) });
        let task = tokio::spawn(async move {
            while let Some(entry) = queue.recv().await {
                let mut entries = vec![entry];
                while let Ok(entry) = queue.try_recv() {
                    entries.push(entry);
                }
                while let Some(entry) = entries.pop() {
                    store.write(entry).await;
                    written.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        (audit, task)
    }

    /// Adds an entry and returns at once.
    pub fn record(&self, entry: &str) {
        self.entries.send(entry.to_owned()).expect("the task runs as long as the log exists");
    }

    /// How many entries the store has.
    pub fn written(&self) -> usize {
        self.written.load(Ordering::SeqCst)
    }
}
