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
    shared: Arc<Shared>,
}

/// What the users and the task own together. The channel stays open, so its end is a message: `None`.
struct Shared {
    entries: UnboundedSender<Option<String>>,
    written: AtomicUsize,
}

impl Drop for Audit {
    fn drop(&mut self) {
        let _ = self.shared.entries.send(None);
    }
}

impl Audit {
    /// Opens a log, and returns the handle of its task as well. When the last `Arc` of the log is dropped, the task writes
    /// the entries that are left, closes the store and ends. It does not end before.
    pub fn open(mut store: impl Store) -> (Arc<Self>, JoinHandle<()>) {
        let (entries, mut queue) = unbounded_channel();
        let shared = Arc::new(Shared { entries, written: AtomicUsize::new(0) });
        let audit = Arc::new(Self { shared: Arc::clone(&shared) });
        let task = tokio::spawn(async move {
            while let Some(Some(entry)) = queue.recv().await {
                store.write(entry).await;
                shared.written.fetch_add(1, Ordering::SeqCst);
            }
        });
        (audit, task)
    }

    /// Adds an entry and returns at once.
    pub fn record(&self, entry: &str) {
        self.shared.entries.send(Some(entry.to_owned())).expect("the task runs as long as the log exists");
    }

    /// How many entries the store has.
    pub fn written(&self) -> usize {
        self.shared.written.load(Ordering::SeqCst)
    }
}
