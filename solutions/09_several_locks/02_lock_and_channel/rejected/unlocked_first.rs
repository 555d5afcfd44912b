//! verdict: failing-test
//! Unlocks, then announces: there is no deadlock, and between the two somebody else overtakes.
//!
//! A list of news. Whoever follows it is told of every entry.

use tokio::sync::Mutex;
use tokio::sync::mpsc::Sender;

/// The news, and the way to whoever follows them.
pub struct News {
    entries: Mutex<Vec<String>>,
    announce: Sender<usize>,
}

impl News {
    /// An empty list. Over `announce` goes, for each entry, how many there are with it.
    pub fn new(announce: Sender<usize>) -> Self {
        Self { entries: Mutex::default(), announce }
    }

    /// Adds `entry` and announces it. Waits while there are too many announcements that nobody has read.
    pub async fn add(&self, entry: &str) {
        let count = {
            let mut entries = self.entries.lock().await;
            entries.push(entry.to_owned());
            entries.len()
        };
        let _ = self.announce.send(count).await;
    }

    /// All entries so far.
    pub async fn entries(&self) -> Vec<String> {
        self.entries.lock().await.clone()
    }
}
