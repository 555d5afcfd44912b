//! verdict: failing-test add_waits_only_while_the_channel_is_full
//! Spawns a task for the work, even when there is nothing to wait for, and the task goes on if `add` is dropped.
//!
//! A list of news. A follower is told of every entry.

use tokio::sync::Mutex;
use tokio::sync::mpsc::Sender;

/// The news, and the channel to their follower.
pub struct News {
    entries: std::sync::Arc<Mutex<Vec<String>>>,
    announce: Sender<usize>,
}

impl News {
    /// An empty list. Each entry is announced over `announce` with its number: 1, 2, and so on.
    pub fn new(announce: Sender<usize>) -> Self {
        Self { entries: std::sync::Arc::default(), announce }
    }

    /// Adds `entry` and announces it. Waits while the channel is full of unread announcements. If nobody follows any more,
    /// adds without waiting.
    pub async fn add(&self, entry: &str) {
        let (entries, announce) = (self.entries.clone(), self.announce.clone());
        let entry = entry.to_owned();
        let added = tokio::spawn(async move {
            let place = announce.reserve().await;
            let mut entries = entries.lock().await;
            entries.push(entry);
            if let Ok(place) = place {
                place.send(entries.len());
            }
        });
        let _ = added.await;
    }

    /// All entries so far.
    pub async fn entries(&self) -> Vec<String> {
        self.entries.lock().await.clone()
    }
}
