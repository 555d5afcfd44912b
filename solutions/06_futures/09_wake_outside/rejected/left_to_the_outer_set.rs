//! verdict: failing-test a_change_in_a_waker_wakes_before_it_returns
//! A `set` inside another one only notes the change and leaves the waking to the outer one, so it returns too early.
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
    is_waking: bool,
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
        let mut shared = self.shared.lock().unwrap();
        shared.text = text.to_owned();
        shared.version += 1;
        if mem::replace(&mut shared.is_waking, true) {
            // Whoever is waking looks again.
            return;
        }
        let mut done = 0;
        while shared.version != done {
            done = shared.version;
            let wakers = mem::take(&mut shared.waiting);
            drop(shared);
            for waker in wakers.into_values() {
                waker.wake();
            }
            shared = self.shared.lock().unwrap();
        }
        shared.is_waking = false;
    }

    /// A follower that sees every change from now on.
    pub fn follow(&self) -> Follower {
        let mut shared = self.shared.lock().unwrap();
        let key = shared.next_key;
        shared.next_key += 1;
        Follower { shared: Arc::clone(&self.shared), key, seen: shared.version }
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
        let old = shared.waiting.insert(self.key, context.waker().clone());
        drop(shared);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let waker = self.shared.lock().unwrap().waiting.remove(&self.key);
        drop(waker);
    }
}
