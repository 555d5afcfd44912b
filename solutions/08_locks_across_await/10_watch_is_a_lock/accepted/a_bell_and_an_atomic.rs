//! The progress of an import: threads count what they have imported, and screens show it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use tokio::sync::watch::{Receiver, Sender};

/// Shows a number. That may take a while.
pub trait Screen {
    fn show(&mut self, records: u64) -> impl Future<Output = ()>;
}

/// How many records have been imported.
pub struct Progress {
    records: Arc<AtomicU64>,
    bell: Sender<()>,
}

/// Follows a [`Progress`].
pub struct Follower {
    records: Arc<AtomicU64>,
    bell: Receiver<()>,
}

impl Progress {
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self { records: Arc::default(), bell: Sender::new(()) }
    }

    /// How many records have been imported.
    pub fn records(&self) -> u64 {
        self.records.load(SeqCst)
    }

    pub fn follower(&self) -> Follower {
        Follower { records: Arc::clone(&self.records), bell: self.bell.subscribe() }
    }

    /// Counts that `more` records, at least one, have been imported. Waits for no screen.
    pub fn add(&self, more: u64) {
        self.records.fetch_add(more, SeqCst);
        self.bell.send_replace(());
    }
}

impl Follower {
    /// Shows the count, and the latest one whenever it has changed, until the [`Progress`] is dropped. The last count is
    /// shown. A screen that is slow skips counts, and none is shown twice.
    pub async fn show_on(&mut self, screen: &mut impl Screen) {
        let mut shown = None;
        loop {
            let records = self.records.load(SeqCst);
            if shown != Some(records) {
                screen.show(records).await;
                shown = Some(records);
            }
            if self.bell.changed().await.is_err() {
                return;
            }
        }
    }
}
