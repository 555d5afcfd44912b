//! A list of news. A follower is told of every entry.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::sync::mpsc::Sender;
use tokio::sync::watch;

/// The news, and the channel to their follower.
pub struct News {
    /// Locked by whoever adds; readers look at the latest list that was published.
    adding: Mutex<()>,
    published: watch::Sender<Arc<Vec<String>>>,
    announce: Sender<usize>,
}

impl News {
    /// An empty list. Each entry is announced over `announce` with its number: 1, 2, and so on.
    pub fn new(announce: Sender<usize>) -> Self {
        Self { adding: Mutex::default(), published: watch::Sender::default(), announce }
    }

    /// Adds `entry` and announces it. Waits while the channel is full of unread announcements. If nobody follows any more,
    /// adds without waiting.
    pub async fn add(&self, entry: &str) {
        let _turn = self.adding.lock().await;
        let mut entries = self.published.borrow().to_vec();
        entries.push(entry.to_owned());
        let count = entries.len();
        self.published.send_replace(Arc::new(entries));
        let _ = self.announce.send(count).await;
    }

    /// All entries so far.
    pub async fn entries(&self) -> Vec<String> {
        self.published.borrow().to_vec()
    }
}
