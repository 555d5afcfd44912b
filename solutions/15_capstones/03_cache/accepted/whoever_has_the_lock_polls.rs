//! The keys with which a gateway verifies tokens: fetched from their issuers, and kept for a while.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, RwLock, Weak};
use std::thread;
use std::time::Duration;

use tokio::sync::Mutex;
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
    issuers: Arc<I>,
    keep: Duration,
    slots: RwLock<HashMap<String, Slot>>,
}

enum Slot {
    Kept {
        key: Arc<Key>,
        until: Instant,
    },
    /// Dropped when the last caller that waits for it is gone.
    Fetched(Weak<Flight>),
}

/// A fetch that all callers share. The one that has the lock polls it. If it leaves, the next one goes on.
type Flight = Mutex<Progress>;

enum Progress {
    Fetching(Pin<Box<dyn Future<Output = Answer> + Send>>),
    Done(Answer),
    Panicked,
}

/// The access to a fetch. Remembers a panic, because the future must not be polled again.
struct Polling<'a>(&'a mut Progress);

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            *self.0 = Progress::Panicked;
        }
    }
}

impl<I: Issuers> Keys<I> {
    /// Keeps each key for `keep`, counted from its arrival. With zero, none is kept.
    pub fn new(issuers: I, keep: Duration) -> Self {
        Self { issuers: Arc::new(issuers), keep, slots: RwLock::default() }
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
            let flight = match self.find(issuer) {
                Ok(key) => return Ok(key),
                Err(flight) => flight,
            };
            let mut progress = flight.lock().await;
            let polling = Polling(&mut progress);
            if let Progress::Fetching(fetch) = &mut *polling.0 {
                let answer = fetch.as_mut().await;
                self.land(issuer, &flight, answer.as_ref().ok());
                *polling.0 = Progress::Done(answer);
            }
            if let Progress::Done(answer) = &*polling.0 {
                return answer.clone();
            }
            self.land(issuer, &flight, None);
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
        let slots = self.slots.read().unwrap();
        slots.values().filter(|slot| !matches!(slot, Slot::Fetched(flight) if flight.strong_count() == 0)).count()
    }

    /// The key that is kept, or the fetch that is under way, from now on at the latest.
    fn find(&self, issuer: &str) -> Result<Arc<Key>, Arc<Flight>> {
        if let Some(found) = self.slots.read().unwrap().get(issuer).and_then(Slot::look) {
            return found;
        }
        let mut slots = self.slots.write().unwrap();
        if let Some(found) = slots.get(issuer).and_then(Slot::look) {
            return found;
        }
        let (issuers, name) = (Arc::clone(&self.issuers), issuer.to_owned());
        let fetch = Box::pin(async move { issuers.fetch(&name).await });
        let flight = Arc::new(Mutex::new(Progress::Fetching(fetch)));
        slots.insert(issuer.to_owned(), Slot::Fetched(Arc::downgrade(&flight)));
        Err(flight)
    }

    fn land(&self, issuer: &str, flight: &Arc<Flight>, key: Option<&Arc<Key>>) {
        let mut slots = self.slots.write().unwrap();
        match slots.get(issuer) {
            Some(Slot::Fetched(other)) if other.as_ptr() == Arc::as_ptr(flight) => slots.remove(issuer),
            _ => return,
        };
        if let Some(key) = key {
            let now = Instant::now();
            slots.retain(|_, slot| match slot {
                Slot::Kept { until, .. } => *until > now,
                Slot::Fetched(flight) => flight.strong_count() > 0,
            });
            slots.insert(issuer.to_owned(), Slot::Kept { key: Arc::clone(key), until: now + self.keep });
        }
    }
}

impl Slot {
    fn look(&self) -> Option<Result<Arc<Key>, Arc<Flight>>> {
        match self {
            Slot::Kept { key, until } => (Instant::now() < *until).then(|| Ok(Arc::clone(key))),
            Slot::Fetched(flight) => flight.upgrade().map(Err),
        }
    }
}
