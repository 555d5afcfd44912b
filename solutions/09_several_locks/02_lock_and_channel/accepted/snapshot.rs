//! A list of news. Whoever follows it is told of every entry.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::sync::mpsc::Sender;
use tokio::sync::watch;

/// The news, and the way to whoever follows them.
pub struct News {
    /// Locked by whoever adds; readers look at the latest list that was published.
    adding: Mutex<()>,
    published: watch::Sender<Arc<Vec<String>>>,
    announce: Sender<usize>,
}

impl News {
    /// An empty list. Over `announce` goes, for each entry, how many there are with it.
    pub fn new(announce: Sender<usize>) -> Self {
        Self { adding: Mutex::default(), published: watch::Sender::default(), announce }
    }

    /// Adds `entry` and announces it. Waits while there are too many announcements that nobody has read.
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
