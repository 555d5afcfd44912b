//! verdict: failing-test callers_share_a_key_that_is_not_kept
//! Those who wait look into the map again when the key has arrived. If it is not kept until then, each of them fetches
//! it again.
//!
//! The keys with which a gateway verifies tokens: fetched from their issuers, and kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// A public key. Those who verify tokens share it.
#[derive(Debug, PartialEq, Eq)]
pub struct Key(pub u32);

/// The issuer did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreachable;

/// What an issuer answers.
pub type Answer = Result<Arc<Key>, Unreachable>;

/// The issuers, somewhere on the network.
pub trait Issuers: Send + Sync + 'static {
    /// Asks `issuer` for its key. This takes its time and may panic. It may use the cache, also when it is dropped.
    fn fetch(&self, issuer: &str) -> impl Future<Output = Answer> + Send;
}

/// The keys that were fetched. Many tasks use it, most of them for a key that is there.
pub struct Keys<I> {
    issuers: I,
    keep: Duration,
    slots: RwLock<HashMap<String, Slot>>,
}

enum Slot {
    Kept {
        key: Arc<Key>,
        until: Instant,
    },
    /// A caller fetches the key. The channel has the answer at the end, or is closed without one.
    Fetched(watch::Receiver<Option<Answer>>),
}

/// What a caller finds.
enum Found<'a, I> {
    Key(Arc<Key>),
    Other(watch::Receiver<Option<Answer>>),
    Nothing(Flight<'a, I>),
}

/// A fetch by this caller. If it is dropped without an answer, it leaves no trace, and those who wait fetch themselves.
struct Flight<'a, I> {
    keys: &'a Keys<I>,
    issuer: &'a str,
    answer: watch::Sender<Option<Answer>>,
    /// The same channel as in the slot, unless the slot belongs to a later flight.
    channel: watch::Receiver<Option<Answer>>,
}

impl<I: Issuers> Keys<I> {
    /// Keeps each key for `keep`, counted from its arrival. With zero, none is kept.
    pub fn new(issuers: I, keep: Duration) -> Self {
        Self { issuers, keep, slots: RwLock::default() }
    }

    pub fn issuers(&self) -> &I {
        &self.issuers
    }

    /// The key of `issuer`. One that is kept is returned at once. Otherwise the issuer is asked, once for all that call
    /// meanwhile, and all of them get its answer, also if it is `Unreachable`. That is not kept.
    ///
    /// This may be dropped at any await, and the fetch may panic: the other callers still get an answer.
    pub async fn get(&self, issuer: &str) -> Answer {
        loop {
            match self.find(issuer) {
                Found::Key(key) => return Ok(key),
                Found::Nothing(flight) => return flight.fetch().await,
                Found::Other(mut channel) => {
                    // An error means that the caller who fetched is gone. Then this one may be the next.
                    if let Ok(answer) = channel.wait_for(Option::is_some).await
                        && let Some(answer @ Err(_)) = &*answer
                    {
                        return answer.clone();
                    }
                }
            }
        }
    }

    /// Forgets the key of `issuer`, because it has changed. Callers that come later get a key that was asked for later,
    /// also if a fetch is under way. The callers of that fetch get its answer, but it is not kept.
    pub fn invalidate(&self, issuer: &str) {
        self.slots.write().unwrap().remove(issuer);
    }

    /// How many issuers it knows anything about: a key, which may have expired, or a fetch that is under way. Each of
    /// them counts once.
    ///
    /// Expired keys are dropped when the next key arrives, at the latest. A fetch that nobody waits for is dropped.
    pub fn size(&self) -> usize {
        self.slots.read().unwrap().len()
    }

    fn find<'a>(&'a self, issuer: &'a str) -> Found<'a, I> {
        // Most callers need no more than this, and do not exclude each other.
        if let Some(found) = self.slots.read().unwrap().get(issuer).and_then(Slot::look) {
            return found;
        }
        let mut slots = self.slots.write().unwrap();
        // Between the two locks, another caller may have begun.
        if let Some(found) = slots.get(issuer).and_then(Slot::look) {
            return found;
        }
        let (answer, channel) = watch::channel(None);
        slots.insert(issuer.to_owned(), Slot::Fetched(channel.clone()));
        Found::Nothing(Flight { keys: self, issuer, answer, channel })
    }
}

impl Slot {
    fn look<'a, I>(&self) -> Option<Found<'a, I>> {
        match self {
            Slot::Kept { key, until } => (Instant::now() < *until).then(|| Found::Key(Arc::clone(key))),
            Slot::Fetched(channel) => Some(Found::Other(channel.clone())),
        }
    }
}

impl<I: Issuers> Flight<'_, I> {
    async fn fetch(self) -> Answer {
        let answer = self.keys.issuers.fetch(self.issuer).await;
        // The slot first: a caller that comes after the answer must not find the flight.
        self.leave(answer.as_ref().ok());
        self.answer.send_replace(Some(answer.clone()));
        answer
    }
}

impl<I> Flight<'_, I> {
    /// Leaves `key` in the slot, or nothing, unless the slot belongs to a later flight.
    fn leave(&self, key: Option<&Arc<Key>>) {
        let mut slots = self.keys.slots.write().unwrap();
        match slots.get(self.issuer) {
            Some(Slot::Fetched(channel)) if channel.same_channel(&self.channel) => slots.remove(self.issuer),
            _ => return,
        };
        if let Some(key) = key {
            let now = Instant::now();
            slots.retain(|_, slot| !matches!(slot, Slot::Kept { until, .. } if *until <= now));
            let (key, until) = (Arc::clone(key), now + self.keys.keep);
            slots.insert(self.issuer.to_owned(), Slot::Kept { key, until });
        }
    }
}

impl<I> Drop for Flight<'_, I> {
    fn drop(&mut self) {
        // Nothing to do after an answer. Otherwise the channel is closed after this, and the others find no flight.
        self.leave(None);
    }
}
