//! verdict: failing-test an_add_that_is_dropped_keeps_nothing
//! A flag admits one task at a time to the wait for room. If that `add` is dropped, the flag stays set.
//!
//! A list of news. A follower is told of every entry.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use tokio::sync::mpsc::Sender;
use tokio::sync::{Mutex, Notify};

/// The news, and the channel to their follower.
pub struct News {
    entries: Mutex<Vec<String>>,
    announce: Sender<usize>,
    waiting: AtomicBool,
    done: Notify,
}

impl News {
    /// An empty list. Each entry is announced over `announce` with its number: 1, 2, and so on.
    pub fn new(announce: Sender<usize>) -> Self {
        Self { entries: Mutex::default(), announce, waiting: AtomicBool::new(false), done: Notify::new() }
    }

    /// Adds `entry` and announces it. Waits while the channel is full of unread announcements. If nobody follows any more,
    /// adds without waiting.
    pub async fn add(&self, entry: &str) {
        while self.waiting.swap(true, SeqCst) {
            self.done.notified().await;
        }
        let place = self.announce.reserve().await;
        self.waiting.store(false, SeqCst);
        self.done.notify_one();
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
