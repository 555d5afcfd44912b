//! verdict: failing-test each_entry_is_announced_by_its_own_number
//! Has its place in the channel, adds, unlocks, and counts again: by then another entry may be there.
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
        // With a place in the channel, announcing does not wait any more.
        let place = self.announce.reserve().await;
        self.entries.lock().await.push(entry.to_owned());
        if let Ok(place) = place {
            place.send(self.entries.lock().await.len());
        }
    }

    /// All entries so far.
    pub async fn entries(&self) -> Vec<String> {
        self.entries.lock().await.clone()
    }
}
