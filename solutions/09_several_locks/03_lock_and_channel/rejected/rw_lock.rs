//! verdict: deadlock
//! An `RwLock`: the writer excludes readers as well, and it waits for a reader.
//!
//! A list of news. A follower is told of every entry.

use tokio::sync::RwLock;
use tokio::sync::mpsc::Sender;

/// The news, and the channel to their follower.
pub struct News {
    entries: RwLock<Vec<String>>,
    announce: Sender<usize>,
}

impl News {
    /// An empty list. Each entry is announced over `announce` with its number: 1, 2, and so on.
    pub fn new(announce: Sender<usize>) -> Self {
        Self { entries: RwLock::default(), announce }
    }

    /// Adds `entry` and announces it. Waits while the channel is full of unread announcements. If nobody follows any more,
    /// adds without waiting.
    pub async fn add(&self, entry: &str) {
        let mut entries = self.entries.write().await;
        entries.push(entry.to_owned());
        // TODO: the follower, who reads the announcements, may be waiting for the lock.
        let _ = self.announce.send(entries.len()).await;
    }

    /// All entries so far.
    pub async fn entries(&self) -> Vec<String> {
        self.entries.read().await.clone()
    }
}
