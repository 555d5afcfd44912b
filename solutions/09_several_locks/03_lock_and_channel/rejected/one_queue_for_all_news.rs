//! verdict: failing-test two_news_share_nothing
//! A `static` lock around the wait for room: all `News` wait for the follower of one of them.
//!
//! A list of news. A follower is told of every entry.

use tokio::sync::Mutex;
use tokio::sync::mpsc::Sender;

/// Locked before `entries`, and by no reader.
static ADDING: Mutex<()> = Mutex::const_new(());

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
        let _turn = ADDING.lock().await;
        let place = self.announce.reserve().await;
        let mut entries = self.entries.lock().await;
        entries.push(entry.to_owned());
        if let Ok(place) = place {
            place.send(entries.len());
        }
    }

    /// All entries so far.
    pub async fn entries(&self) -> Vec<String> {
        self.entries.lock().await.clone()
    }
}
