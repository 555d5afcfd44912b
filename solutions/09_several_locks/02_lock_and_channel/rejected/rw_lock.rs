//! verdict: deadlock
//! An `RwLock`: whoever writes keeps readers out as well, and the reader is the one that is waited for.
//!
//! A list of news. Whoever follows it is told of every entry.

use tokio::sync::RwLock;
use tokio::sync::mpsc::Sender;

/// The news, and the way to whoever follows them.
pub struct News {
    entries: RwLock<Vec<String>>,
    announce: Sender<usize>,
}

impl News {
    /// An empty list. Over `announce` goes, for each entry, how many there are with it.
    pub fn new(announce: Sender<usize>) -> Self {
        Self { entries: RwLock::default(), announce }
    }

    /// Adds `entry` and announces it. Waits while there are too many announcements that nobody has read.
    pub async fn add(&self, entry: &str) {
        let mut entries = self.entries.write().await;
        entries.push(entry.to_owned());
        // TODO: whoever is to read the announcements may be waiting for the lock.
        let _ = self.announce.send(entries.len()).await;
    }

    /// All entries so far.
    pub async fn entries(&self) -> Vec<String> {
        self.entries.read().await.clone()
    }
}
