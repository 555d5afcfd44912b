//! verdict: failing-test a_first_caller_that_leaves_stops_no_other
//! Counts the callers without the lock. Between the last one and the removal, another caller may join the fetch.
//!
//! The keys with which a gateway verifies tokens: fetched from their issuers, and kept for a while.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
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

enum Phase {
    /// Nobody asks: the next caller should.
    Idle,
    Asking,
    Answered(Answer),
}

struct Flight {
    phase: Mutex<Phase>,
    changed: Notify,
    callers: AtomicUsize,
}

impl Flight {
    fn new() -> Self {
        Self { phase: Mutex::new(Phase::Idle), changed: Notify::new(), callers: AtomicUsize::new(1) }
    }

    fn is_now(&self, phase: Phase) {
        *self.phase.lock().unwrap() = phase;
        self.changed.notify_waiters();
    }

    /// The answer, or nothing, for a caller that has to ask.
    async fn answer_or_turn(&self) -> Option<Answer> {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            {
                let mut phase = self.phase.lock().unwrap();
                match &*phase {
                    Phase::Answered(answer) => return Some(answer.clone()),
                    Phase::Idle => {
                        *phase = Phase::Asking;
                        return None;
                    }
                    Phase::Asking => {}
                }
            }
            changed.await;
        }
    }
}

/// What is known about an issuer.
enum Entry {
    Kept(Arc<Key>, Instant),
    Asked(Arc<Flight>),
}

type Entries = HashMap<String, Entry>;

/// The keys that were fetched. Many tasks use it, most of them for a key that is there.
pub struct Keys<I> {
    issuers: I,
    keep: Duration,
    entries: Mutex<Entries>,
}

/// A caller that waits for an answer.
struct Caller<'a> {
    entries: &'a Mutex<Entries>,
    issuer: &'a str,
    flight: Arc<Flight>,
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        if self.flight.callers.fetch_sub(1, Ordering::SeqCst) > 1 {
            return;
        }
        let mut entries = self.entries.lock().unwrap();
        if matches!(entries.get(self.issuer), Some(Entry::Asked(flight)) if Arc::ptr_eq(flight, &self.flight)) {
            entries.remove(self.issuer);
        }
    }
}

/// The caller that asks. If it is dropped without an answer, another one has to.
struct Leader<'a>(Option<&'a Flight>);

impl Drop for Leader<'_> {
    fn drop(&mut self) {
        if let Some(flight) = self.0 {
            flight.is_now(Phase::Idle);
        }
    }
}

impl<I: Issuers> Keys<I> {
    /// Keeps each key for `keep`, counted from its arrival. With zero, none is kept.
    pub fn new(issuers: I, keep: Duration) -> Self {
        Self { issuers, keep, entries: Mutex::default() }
    }

    pub fn issuers(&self) -> &I {
        &self.issuers
    }

    /// The key of `issuer`. One that is kept is returned at once. Otherwise the issuer is asked, once for all that call
    /// meanwhile, and all of them get its answer, also if it is `Unreachable`. That is not kept.
    ///
    /// This may be dropped at any await, and the fetch may panic: the other callers still get an answer.
    pub async fn get(&self, issuer: &str) -> Answer {
        let caller = match self.kept_or_flight(issuer) {
            Ok(key) => return Ok(key),
            Err(flight) => Caller { entries: &self.entries, issuer, flight },
        };
        if let Some(answer) = caller.flight.answer_or_turn().await {
            return answer;
        }
        let mut leader = Leader(Some(&caller.flight));
        let answer = self.issuers.fetch(issuer).await;
        leader.0 = None;
        self.lands(issuer, &caller.flight, &answer);
        caller.flight.is_now(Phase::Answered(answer.clone()));
        answer
    }

    fn kept_or_flight(&self, issuer: &str) -> Result<Arc<Key>, Arc<Flight>> {
        let mut entries = self.entries.lock().unwrap();
        match entries.get(issuer) {
            Some(Entry::Kept(key, until)) if Instant::now() < *until => return Ok(Arc::clone(key)),
            Some(Entry::Asked(flight)) => {
                flight.callers.fetch_add(1, Ordering::SeqCst);
                return Err(Arc::clone(flight));
            }
            _ => {}
        }
        let flight = Arc::new(Flight::new());
        entries.insert(issuer.to_owned(), Entry::Asked(Arc::clone(&flight)));
        Err(flight)
    }

    fn lands(&self, issuer: &str, landing: &Arc<Flight>, answer: &Answer) {
        let mut entries = self.entries.lock().unwrap();
        let now = Instant::now();
        if matches!(entries.get(issuer), Some(Entry::Asked(flight)) if Arc::ptr_eq(flight, landing)) {
            match answer {
                Ok(key) => entries.insert(issuer.to_owned(), Entry::Kept(Arc::clone(key), now + self.keep)),
                Err(Unreachable) => entries.remove(issuer),
            };
        }
        entries.retain(|_, entry| !matches!(entry, Entry::Kept(_, until) if *until <= now));
    }

    /// Forgets the key of `issuer`, because it has changed. Callers that come later get a key that was asked for later,
    /// also if a fetch is under way. The callers of that fetch get its answer, but it is not kept.
    pub fn invalidate(&self, issuer: &str) {
        self.entries.lock().unwrap().remove(issuer);
    }

    /// How many issuers it knows anything about: a key, which may have expired, or a fetch that is under way. Each of
    /// them counts once.
    ///
    /// Expired keys are dropped when the next key arrives, at the latest. A fetch that nobody waits for is dropped.
    pub fn size(&self) -> usize {
        self.entries.lock().unwrap().len()
    }
}
