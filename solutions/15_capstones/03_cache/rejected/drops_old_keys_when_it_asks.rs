//! verdict: failing-test expired_keys_are_dropped_when_the_next_one_arrives
//! Drops expired keys when an issuer is asked. Those that expire before it answers stay.
//!
//! The keys with which a gateway verifies tokens: fetched from their issuers, and kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::OnceCell;
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

/// A key, and until when it is kept.
type Kept = (Arc<Key>, Instant);

/// A fetch, shared by all that wait for it. The one that initializes the cell asks.
type Flight = Arc<OnceCell<Answer>>;

#[derive(Default)]
struct State {
    kept: HashMap<String, Kept>,
    flights: HashMap<String, Flight>,
}

/// The keys that were fetched. Many tasks use it, most of them for a key that is there.
pub struct Keys<I> {
    issuers: I,
    keep: Duration,
    state: Mutex<State>,
}

/// A caller that waits for a flight.
struct Passenger<'a> {
    state: &'a Mutex<State>,
    issuer: &'a str,
    flight: Option<Flight>,
}

impl State {
    fn is_current(&self, issuer: &str, flight: &Flight) -> bool {
        self.flights.get(issuer).is_some_and(|current| Arc::ptr_eq(current, flight))
    }
}

impl Drop for Passenger<'_> {
    fn drop(&mut self) {
        let mut state = self.state.lock().unwrap();
        // Dropped under the lock, so that the count is right.
        let Some(flight) = self.flight.take() else { return };
        if state.is_current(self.issuer, &flight) && Arc::strong_count(&flight) == 2 {
            state.flights.remove(self.issuer);
        }
        drop(flight);
    }
}

impl<I: Issuers> Keys<I> {
    /// Keeps each key for `keep`, counted from its arrival. With zero, none is kept.
    pub fn new(issuers: I, keep: Duration) -> Self {
        Self { issuers, keep, state: Mutex::default() }
    }

    pub fn issuers(&self) -> &I {
        &self.issuers
    }

    /// The key of `issuer`. One that is kept is returned at once. Otherwise the issuer is asked, once for all that call
    /// meanwhile, and all of them get its answer, also if it is `Unreachable`. That is not kept.
    ///
    /// This may be dropped at any await, and the fetch may panic: the other callers still get an answer.
    pub async fn get(&self, issuer: &str) -> Answer {
        let flight = {
            let mut state = self.state.lock().unwrap();
            if let Some((key, until)) = state.kept.get(issuer)
                && Instant::now() < *until
            {
                return Ok(Arc::clone(key));
            }
            let now = Instant::now();
            state.kept.retain(|_, (_, until)| now < *until);
            Arc::clone(state.flights.entry(issuer.to_owned()).or_default())
        };
        let passenger = Passenger { state: &self.state, issuer, flight: Some(flight) };
        let Some(flight) = &passenger.flight else { unreachable!("it is taken in drop") };
        flight.get_or_init(|| self.ask(issuer, flight)).await.clone()
    }

    async fn ask(&self, issuer: &str, flight: &Flight) -> Answer {
        let answer = self.issuers.fetch(issuer).await;
        let mut state = self.state.lock().unwrap();
        let now = Instant::now();
        if state.is_current(issuer, flight) {
            state.flights.remove(issuer);
            if let Ok(key) = &answer
                && !self.keep.is_zero()
            {
                state.kept.insert(issuer.to_owned(), (Arc::clone(key), now + self.keep));
            }
        }
        answer
    }

    /// Forgets the key of `issuer`, because it has changed. Callers that come later get a key that was asked for later,
    /// also if a fetch is under way. The callers of that fetch get its answer, but it is not kept.
    pub fn invalidate(&self, issuer: &str) {
        let mut state = self.state.lock().unwrap();
        state.kept.remove(issuer);
        state.flights.remove(issuer);
    }

    /// How many issuers it knows anything about: a key, which may have expired, or a fetch that is under way. Each of
    /// them counts once.
    ///
    /// Expired keys are dropped when the next key arrives, at the latest. A fetch that nobody waits for is dropped.
    pub fn size(&self) -> usize {
        let state = self.state.lock().unwrap();
        state.flights.len() + state.kept.keys().filter(|issuer| !state.flights.contains_key(*issuer)).count()
    }
}
