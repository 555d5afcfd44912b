//! The logbook of a lorry, uploaded to the office whenever there is coverage.

use std::mem;
use std::sync::{Arc, Mutex, OnceLock};

use tokio::sync::{mpsc, oneshot};

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
    office: Arc<O>,
    entries: Arc<Mutex<Vec<String>>>,
    uploader: OnceLock<mpsc::UnboundedSender<oneshot::Sender<Result<(), NoCoverage>>>>,
}

impl<O: Office> Logbook<O> {
    pub fn new(office: O) -> Self {
        Self { office: Arc::new(office), entries: Arc::default(), uploader: OnceLock::new() }
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
        let uploader = self.uploader.get_or_init(|| {
            let (sender, receiver) = mpsc::unbounded_channel();
            tokio::spawn(uploads(Arc::clone(&self.office), Arc::clone(&self.entries), receiver));
            sender
        });
        let (reply, result) = oneshot::channel();
        uploader.send(reply).expect("the task ends after this sender");
        result.await.expect("each upload is answered")
    }

    pub fn office(&self) -> &O {
        &self.office
    }
}

/// The task that uploads, one batch after the other.
async fn uploads<O: Office>(
    office: Arc<O>,
    entries: Arc<Mutex<Vec<String>>>,
    mut wanted: mpsc::UnboundedReceiver<oneshot::Sender<Result<(), NoCoverage>>>,
) {
    let mut batch = Vec::new();
    while let Some(reply) = wanted.recv().await {
        batch.extend(mem::take(&mut *entries.lock().unwrap()));
        let stored = if batch.is_empty() { Ok(()) } else { office.store(&batch).await };
        if stored.is_ok() {
            batch.clear();
        }
        let _ = reply.send(stored);
    }
}
