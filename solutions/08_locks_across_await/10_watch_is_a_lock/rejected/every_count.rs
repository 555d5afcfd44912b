//! verdict: failing-test a_slow_screen_skips_counts
//! A queue of all counts: a slow screen shows numbers of long ago.
//!
//! The progress of an import: threads count what they have imported, and screens show it.

use std::sync::Mutex;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Shows a number. That may take a while.
pub trait Screen {
    fn show(&mut self, records: u64) -> impl Future<Output = ()>;
}

/// How many records have been imported.
pub struct Progress {
    state: Mutex<(u64, Vec<UnboundedSender<u64>>)>,
}

/// Follows a [`Progress`].
pub struct Follower {
    records: UnboundedReceiver<u64>,
}

impl Progress {
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self { state: Mutex::new((0, Vec::new())) }
    }

    /// How many records have been imported.
    pub fn records(&self) -> u64 {
        self.state.lock().unwrap().0
    }

    pub fn follower(&self) -> Follower {
        let (sender, records) = unbounded_channel();
        let mut state = self.state.lock().unwrap();
        sender.send(state.0).expect("the receiver is here");
        state.1.push(sender);
        Follower { records }
    }

    /// Counts that `more` records, at least one, have been imported. Waits for no screen.
    pub fn add(&self, more: u64) {
        let mut state = self.state.lock().unwrap();
        state.0 += more;
        let (sum, followers) = &mut *state;
        followers.retain(|follower| follower.send(*sum).is_ok());
    }
}

impl Follower {
    /// Shows the count, and the latest one whenever it has changed, until the [`Progress`] is dropped. The last count is
    /// shown. A screen that is slow skips counts, and none is shown twice.
    pub async fn show_on(&mut self, screen: &mut impl Screen) {
        while let Some(records) = self.records.recv().await {
            screen.show(records).await;
        }
    }
}
