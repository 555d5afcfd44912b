//! verdict: failing-test two_followers_show_the_same
//! A bell of its own, which wakes one follower.
//!
//! The progress of an import: threads count what they have imported, and screens show it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

use tokio::sync::Notify;

/// Shows a number. That may take a while.
pub trait Screen {
    fn show(&mut self, records: u64) -> impl Future<Output = ()>;
}

#[derive(Default)]
struct Shared {
    records: AtomicU64,
    is_over: AtomicBool,
    bell: Notify,
}

/// How many records have been imported.
pub struct Progress {
    shared: Arc<Shared>,
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.shared.is_over.store(true, SeqCst);
        self.shared.bell.notify_waiters();
    }
}

/// Follows a [`Progress`].
pub struct Follower {
    shared: Arc<Shared>,
}

impl Progress {
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self { shared: Arc::default() }
    }

    /// How many records have been imported.
    pub fn records(&self) -> u64 {
        self.shared.records.load(SeqCst)
    }

    pub fn follower(&self) -> Follower {
        Follower { shared: Arc::clone(&self.shared) }
    }

    /// Counts that `more` records, at least one, have been imported. Waits for no screen.
    pub fn add(&self, more: u64) {
        self.shared.records.fetch_add(more, SeqCst);
        self.shared.bell.notify_one();
    }
}

impl Follower {
    /// Shows the count, and the latest one whenever it has changed, until the [`Progress`] is dropped. The last count is
    /// shown. A screen that is slow skips counts, and none is shown twice.
    pub async fn show_on(&mut self, screen: &mut impl Screen) {
        let mut shown = None;
        loop {
            let bell = self.shared.bell.notified();
            let is_over = self.shared.is_over.load(SeqCst);
            let records = self.shared.records.load(SeqCst);
            if shown != Some(records) {
                screen.show(records).await;
                shown = Some(records);
            } else if is_over {
                return;
            } else {
                bell.await;
            }
        }
    }
}
