//! The topic of a chat room, which windows, bots and logs follow.

use std::mem;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Waker};

/// What the members of a room talk about. A clone is the same topic; each `new` one is another.
#[derive(Clone, Default)]
pub struct Topic {
    shared: Arc<Mutex<Shared>>,
}

/// Where a follower keeps its waker.
type Slot = Mutex<Option<Waker>>;

#[derive(Default)]
struct Shared {
    text: String,
    /// How often the text was set.
    version: u64,
    slots: Vec<Weak<Slot>>,
}

/// Sees the topic change. Keeps one waker while it waits, that of its latest poll, and none once it is dropped.
pub struct Follower {
    shared: Arc<Mutex<Shared>>,
    slot: Arc<Slot>,
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
        let slots: Vec<Arc<Slot>> = {
            let mut shared = self.shared.lock().unwrap();
            shared.text = text.to_owned();
            shared.version += 1;
            shared.slots.retain(|slot| slot.strong_count() > 0);
            shared.slots.iter().filter_map(Weak::upgrade).collect()
        };
        // All of them are taken before the first is woken: one that waits again meanwhile is not woken again.
        let wakers: Vec<Waker> = slots.iter().filter_map(|slot| slot.lock().unwrap().take()).collect();
        drop(slots);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// A follower that sees every change from now on.
    pub fn follow(&self) -> Follower {
        let slot = Arc::default();
        let mut shared = self.shared.lock().unwrap();
        shared.slots.push(Arc::downgrade(&slot));
        Follower { shared: Arc::clone(&self.shared), slot, seen: shared.version }
    }
}

impl Follower {
    /// The new text, if the topic was set since this last returned one. If it was set several times, the latest.
    pub fn poll_change(&mut self, context: &mut Context<'_>) -> Poll<String> {
        // First the waker, then the look: a change from here on finds the waker.
        let replaced = self.slot.lock().unwrap().replace(context.waker().clone());
        drop(replaced);
        let shared = self.shared.lock().unwrap();
        if shared.version == self.seen {
            return Poll::Pending;
        }
        self.seen = shared.version;
        let text = shared.text.clone();
        drop(shared);
        let own = mem::take(&mut *self.slot.lock().unwrap());
        drop(own);
        Poll::Ready(text)
    }
}
