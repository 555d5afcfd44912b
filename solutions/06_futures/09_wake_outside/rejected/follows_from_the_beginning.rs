//! verdict: failing-test a_follower_sees_the_latest_text_once
//! A new follower sees a change that was made before it began to follow.
//!
//! The topic of a chat room, which windows, bots and logs follow.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// What the members of a room talk about. A clone is the same topic; each `new` one is another.
#[derive(Clone, Default)]
pub struct Topic {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    text: String,
    /// How often the text was set.
    version: u64,
    next_key: u64,
    /// By the key of the follower: of each that waits, the waker of its latest poll.
    waiting: BTreeMap<u64, Waker>,
}

/// Sees the topic change. Keeps one waker while it waits, that of its latest poll, and none once it is dropped.
pub struct Follower {
    shared: Arc<Mutex<Shared>>,
    key: u64,
    seen: u64,
}

impl Topic {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn text(&self) -> String {
        self.shared.lock().unwrap().text.clone()
    }

    /// Changes the topic, and wakes each follower that waits, once. They have been woken when this returns.
    pub fn set(&self, text: &str) {
        let waiting = {
            let mut shared = self.shared.lock().unwrap();
            shared.text = text.to_owned();
            shared.version += 1;
            mem::take(&mut shared.waiting)
        };
        for waker in waiting.into_values() {
            waker.wake();
        }
    }

    /// A follower that sees every change from now on.
    pub fn follow(&self) -> Follower {
        let mut shared = self.shared.lock().unwrap();
        let key = shared.next_key;
        shared.next_key += 1;
        Follower { shared: Arc::clone(&self.shared), key, seen: 0 }
    }
}

impl Follower {
    /// The new text, if the topic was set since this last returned one. If it was set several times, the latest.
    pub fn poll_change(&mut self, context: &mut Context<'_>) -> Poll<String> {
        let mut shared = self.shared.lock().unwrap();
        if shared.version > self.seen {
            self.seen = shared.version;
            return Poll::Ready(shared.text.clone());
        }
        let replaced = shared.waiting.insert(self.key, context.waker().clone());
        drop(shared);
        drop(replaced);
        Poll::Pending
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        // A `let`, so that the guard is dropped at the semicolon and the waker after it.
        let removed = self.shared.lock().unwrap().waiting.remove(&self.key);
        drop(removed);
    }
}
