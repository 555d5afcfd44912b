//! A list of news. A follower is told of every entry.

use tokio::sync::Mutex;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

/// The news, and the channel to their follower.
pub struct News {
    entries: Mutex<Vec<String>>,
    announce: Sender<usize>,
}

impl News {
    /// An empty list. Each entry is announced over `announce` with its number: 1, 2, and so on.
    pub fn new(announce: Sender<usize>) -> Self {
        Self { entries: Mutex::default(), announce }
    }

    /// Adds `entry` and announces it. Waits while the channel is full of unread announcements. If nobody follows any more,
    /// adds without waiting.
    pub async fn add(&self, entry: &str) {
        loop {
            {
                let mut entries = self.entries.lock().await;
                match self.announce.try_reserve() {
                    Ok(place) => {
                        entries.push(entry.to_owned());
                        place.send(entries.len());
                        return;
                    }
                    Err(TrySendError::Closed(())) => {
                        entries.push(entry.to_owned());
                        return;
                    }
                    Err(TrySendError::Full(())) => {}
                }
            }
            // Waits for room, without the lock, and leaves it to whoever is faster.
            let _ = self.announce.reserve().await;
        }
    }

    /// All entries so far.
    pub async fn entries(&self) -> Vec<String> {
        self.entries.lock().await.clone()
    }
}
