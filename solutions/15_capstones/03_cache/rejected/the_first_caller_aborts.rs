//! verdict: failing-test the_others_get_a_key_when_the_first_caller_leaves
//! Any caller that leaves aborts the task, although others wait for it, and they are told that the issuer is
//! unreachable.
//!
//! The keys with which a gateway verifies tokens: fetched from their issuers, and kept for a while.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::AbortHandle;
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
    shared: Arc<Shared<I>>,
}

struct Shared<I> {
    issuers: I,
    keep: Duration,
    flights: AtomicU64,
    slots: Mutex<HashMap<String, Slot>>,
}

enum Slot {
    Kept { key: Arc<Key>, until: Instant },
    Fetched { number: u64, flight: Weak<Flight> },
}

/// A task that fetches a key, for all callers that share this.
struct Flight {
    channel: watch::Receiver<Option<Answer>>,
    task: AbortHandle,
}

impl Drop for Flight {
    fn drop(&mut self) {
        // Nobody waits for it any more.
        self.task.abort();
    }
}

struct Leaving(Arc<Flight>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.task.abort();
    }
}

/// Part of the task. Leaves a key in the slot at the end, or nothing.
struct Landing<I> {
    shared: Arc<Shared<I>>,
    issuer: String,
    number: u64,
    key: Option<Arc<Key>>,
}

impl<I> Landing<I> {
    fn land(&mut self) {
        let key = self.key.take();
        let mut slots = self.shared.slots();
        match slots.get(&self.issuer) {
            Some(Slot::Fetched { number, .. }) if *number == self.number => slots.remove(&self.issuer),
            _ => return,
        };
        if let Some(key) = key {
            let now = Instant::now();
            slots.retain(|_, slot| !matches!(slot, Slot::Kept { until, .. } if *until <= now));
            slots.insert(self.issuer.clone(), Slot::Kept { key, until: now + self.shared.keep });
        }
    }
}

impl<I> Drop for Landing<I> {
    fn drop(&mut self) {
        self.land();
    }
}

impl<I> Shared<I> {
    fn slots(&self) -> MutexGuard<'_, HashMap<String, Slot>> {
        self.slots.lock().unwrap()
    }
}

impl<I: Issuers> Keys<I> {
    /// Keeps each key for `keep`, counted from its arrival. With zero, none is kept.
    pub fn new(issuers: I, keep: Duration) -> Self {
        let shared = Shared { issuers, keep, flights: AtomicU64::new(0), slots: Mutex::default() };
        Self { shared: Arc::new(shared) }
    }

    pub fn issuers(&self) -> &I {
        &self.shared.issuers
    }

    /// The key of `issuer`. One that is kept is returned at once. Otherwise the issuer is asked, once for all that call
    /// meanwhile, and all of them get its answer, also if it is `Unreachable`. That is not kept.
    ///
    /// This may be dropped at any await, and the fetch may panic: the other callers still get an answer.
    pub async fn get(&self, issuer: &str) -> Answer {
        {
            let flight = {
                let mut slots = self.shared.slots();
                let flight = match slots.get(issuer) {
                    Some(Slot::Kept { key, until }) if Instant::now() < *until => return Ok(Arc::clone(key)),
                    Some(Slot::Fetched { flight, .. }) => flight.upgrade(),
                    _ => None,
                };
                flight.unwrap_or_else(|| self.begin(&mut slots, issuer))
            };
            let _leaving = Leaving(Arc::clone(&flight));
            return match flight.channel.clone().wait_for(Option::is_some).await {
                Ok(answer) => answer.clone().unwrap_or(Err(Unreachable)),
                Err(_) => Err(Unreachable),
            };
        }
    }

    /// Forgets the key of `issuer`, because it has changed. Callers that come later get a key that was asked for later,
    /// also if a fetch is under way. The callers of that fetch get its answer, but it is not kept.
    pub fn invalidate(&self, issuer: &str) {
        self.shared.slots().remove(issuer);
    }

    /// How many issuers it knows anything about: a key, which may have expired, or a fetch that is under way. Each of
    /// them counts once.
    ///
    /// Expired keys are dropped when the next key arrives, at the latest. A fetch that nobody waits for is dropped.
    pub fn size(&self) -> usize {
        self.shared.slots().len()
    }

    /// Spawns a task that fetches the key.
    fn begin(&self, slots: &mut HashMap<String, Slot>, issuer: &str) -> Arc<Flight> {
        let (answer, channel) = watch::channel(None);
        let number = self.shared.flights.fetch_add(1, SeqCst);
        let landing = Landing { shared: Arc::clone(&self.shared), issuer: issuer.to_owned(), number, key: None };
        let task = tokio::spawn(async move {
            // The landing is dropped first, so that those who wait find no flight.
            let (answer, mut landing) = (answer, landing);
            let fetched = landing.shared.issuers.fetch(&landing.issuer).await;
            landing.key = fetched.as_ref().ok().cloned();
            landing.land();
            answer.send_replace(Some(fetched));
        });
        let flight = Arc::new(Flight { channel, task: task.abort_handle() });
        slots.insert(issuer.to_owned(), Slot::Fetched { number, flight: Arc::downgrade(&flight) });
        flight
    }
}
