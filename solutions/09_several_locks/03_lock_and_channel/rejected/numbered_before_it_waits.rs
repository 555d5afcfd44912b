//! verdict: failing-test two_who_add_and_one_who_follows_never_deadlock
//! Takes its number before it waits. Other tasks may get room first, and an `add` that is dropped leaves a gap.
//!
//! A list of news. A follower is told of every entry.

use tokio::sync::Mutex;
use tokio::sync::mpsc::Sender;

/// The news, and the channel to their follower.
pub struct News {
    count: std::sync::atomic::AtomicUsize,
    entries: Mutex<Vec<String>>,
    announce: Sender<usize>,
}

impl News {
    /// An empty list. Each entry is announced over `announce` with its number: 1, 2, and so on.
    pub fn new(announce: Sender<usize>) -> Self {
        Self { count: Default::default(), entries: Mutex::default(), announce }
    }

    /// Adds `entry` and announces it. Waits while the channel is full of unread announcements. If nobody follows any more,
    /// adds without waiting.
    pub async fn add(&self, entry: &str) {
        let number = self.count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
        let place = self.announce.reserve().await;
        self.entries.lock().await.push(entry.to_owned());
        if let Ok(place) = place {
            place.send(number);
        }
    }

    /// All entries so far.
    pub async fn entries(&self) -> Vec<String> {
        self.entries.lock().await.clone()
    }
}
