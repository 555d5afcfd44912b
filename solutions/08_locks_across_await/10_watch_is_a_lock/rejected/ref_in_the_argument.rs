//! verdict: deadlock a_slow_screen_stops_nobody
//! The `Ref` is a temporary of the argument, and lives to the end of the statement: through the await.
//!
//! The progress of an import: threads count what they have imported, and screens show it.

use tokio::sync::watch::{Receiver, Sender};

/// Shows a number. That may take a while.
pub trait Screen {
    fn show(&mut self, records: u64) -> impl Future<Output = ()>;
}

/// How many records have been imported.
pub struct Progress {
    records: Sender<u64>,
}

/// Follows a [`Progress`].
pub struct Follower {
    records: Receiver<u64>,
}

impl Progress {
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self { records: Sender::new(0) }
    }

    /// How many records have been imported.
    pub fn records(&self) -> u64 {
        *self.records.borrow()
    }

    pub fn follower(&self) -> Follower {
        Follower { records: self.records.subscribe() }
    }

    /// Counts that `more` records, at least one, have been imported. Waits for no screen.
    pub fn add(&self, more: u64) {
        self.records.send_modify(|records| *records += more);
    }
}

impl Follower {
    /// Shows the count, and the latest one whenever it has changed, until the [`Progress`] is dropped. The last count is
    /// shown. A screen that is slow skips counts, and none is shown twice.
    pub async fn show_on(&mut self, screen: &mut impl Screen) {
        loop {
            screen.show(*self.records.borrow_and_update()).await;
            if self.records.changed().await.is_err() {
                return;
            }
        }
    }
}
