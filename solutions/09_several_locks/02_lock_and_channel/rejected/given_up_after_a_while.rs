//! verdict: failing-test
//! A time limit ends the circle, and the announcement with it.
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
        let mut entries = self.entries.lock().await;
        entries.push(entry.to_owned());
        // TODO: whoever is to read the announcements may be waiting for the lock.
        let limit = std::time::Duration::from_millis(100);
        let _ = tokio::time::timeout(limit, self.announce.send(entries.len())).await;
    }

    /// All entries so far.
    pub async fn entries(&self) -> Vec<String> {
        self.entries.lock().await.clone()
    }
}
