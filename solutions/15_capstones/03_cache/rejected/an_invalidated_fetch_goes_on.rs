//! verdict: failing-test callers_after_an_invalidation_join_no_older_fetch
//! The handle that aborts a fetch is in the map. After an invalidation, no caller can abort it.
//!
//! The keys with which a gateway verifies tokens: fetched from their issuers, and kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
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

/// A key, and until when it is kept.
type Kept = (Arc<Key>, Instant);

/// The keys that were fetched. Many tasks use it, most of them for a key that is there.
pub struct Keys<I> {
    shared: Arc<Shared<I>>,
}

struct Shared<I> {
    issuers: I,
    keep: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    kept: HashMap<String, Kept>,
    fetches: HashMap<String, Fetch>,
    number: u64,
}

type Receiver = watch::Receiver<Option<Answer>>;

/// A task that asks an issuer, and how many callers wait for it.
struct Fetch {
    number: u64,
    callers: usize,
    answer: Receiver,
    task: AbortHandle,
}

/// A caller that waits.
struct Caller<'a> {
    state: &'a Mutex<State>,
    issuer: &'a str,
    number: u64,
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        let mut state = self.state.lock().unwrap();
        if let Some(fetch) = state.fetches.get_mut(self.issuer)
            && fetch.number == self.number
        {
            fetch.callers -= 1;
            if fetch.callers == 0 {
                fetch.task.abort();
                state.fetches.remove(self.issuer);
            }
        }
    }
}

/// What a task owns that asks an issuer. It leaves the map however the task ends, and the sender is dropped after that.
struct Asking<I: Issuers> {
    shared: Arc<Shared<I>>,
    issuer: String,
    number: u64,
    sender: watch::Sender<Option<Answer>>,
}

impl<I: Issuers> Asking<I> {
    async fn run(self) {
        let answer = self.shared.issuers.fetch(&self.issuer).await;
        self.lands(&answer);
        self.sender.send_replace(Some(answer));
    }

    fn lands(&self, answer: &Answer) {
        let mut state = self.shared.state.lock().unwrap();
        let now = Instant::now();
        state.kept.retain(|_, (_, until)| now < *until);
        if state.leaves(&self.issuer, self.number)
            && let Ok(key) = answer
            && !self.shared.keep.is_zero()
        {
            state.kept.insert(self.issuer.clone(), (Arc::clone(key), now + self.shared.keep));
        }
    }
}

impl<I: Issuers> Drop for Asking<I> {
    fn drop(&mut self) {
        self.shared.state.lock().unwrap().leaves(&self.issuer, self.number);
    }
}

impl State {
    /// Whether this fetch was the current one. Now there is none.
    fn leaves(&mut self, issuer: &str, number: u64) -> bool {
        let is_current = self.fetches.get(issuer).is_some_and(|fetch| fetch.number == number);
        if is_current {
            self.fetches.remove(issuer);
        }
        is_current
    }
}

impl<I: Issuers> Keys<I> {
    /// Keeps each key for `keep`, counted from its arrival. With zero, none is kept.
    pub fn new(issuers: I, keep: Duration) -> Self {
        Self { shared: Arc::new(Shared { issuers, keep, state: Mutex::default() }) }
    }

    pub fn issuers(&self) -> &I {
        &self.shared.issuers
    }

    /// The key of `issuer`. One that is kept is returned at once. Otherwise the issuer is asked, once for all that call
    /// meanwhile, and all of them get its answer, also if it is `Unreachable`. That is not kept.
    ///
    /// This may be dropped at any await, and the fetch may panic: the other callers still get an answer.
    pub async fn get(&self, issuer: &str) -> Answer {
        loop {
            let (number, mut answer) = match self.kept_or_fetch(issuer) {
                Ok(key) => return Ok(key),
                Err(fetch) => fetch,
            };
            let _caller = Caller { state: &self.shared.state, issuer, number };
            if let Ok(answer) = answer.wait_for(Option::is_some).await
                && let Some(answer) = &*answer
            {
                return answer.clone();
            }
            // The task has panicked, and has left the map.
        }
    }

    fn kept_or_fetch(&self, issuer: &str) -> Result<Arc<Key>, (u64, Receiver)> {
        let mut state = self.shared.state.lock().unwrap();
        if let Some((key, until)) = state.kept.get(issuer)
            && Instant::now() < *until
        {
            return Ok(Arc::clone(key));
        }
        if let Some(fetch) = state.fetches.get_mut(issuer) {
            fetch.callers += 1;
            return Err((fetch.number, fetch.answer.clone()));
        }
        state.number += 1;
        let number = state.number;
        let (sender, answer) = watch::channel(None);
        let asking = Asking { shared: Arc::clone(&self.shared), issuer: issuer.to_owned(), number, sender };
        let task = tokio::spawn(asking.run()).abort_handle();
        let fetch = Fetch { number, callers: 1, answer: answer.clone(), task };
        state.fetches.insert(issuer.to_owned(), fetch);
        Err((number, answer))
    }

    /// Forgets the key of `issuer`, because it has changed. Callers that come later get a key that was asked for later,
    /// also if a fetch is under way. The callers of that fetch get its answer, but it is not kept.
    pub fn invalidate(&self, issuer: &str) {
        let mut state = self.shared.state.lock().unwrap();
        state.kept.remove(issuer);
        state.fetches.remove(issuer);
    }

    /// How many issuers it knows anything about: a key, which may have expired, or a fetch that is under way. Each of
    /// them counts once.
    ///
    /// Expired keys are dropped when the next key arrives, at the latest. A fetch that nobody waits for is dropped.
    pub fn size(&self) -> usize {
        let state = self.shared.state.lock().unwrap();
        let State { kept, fetches, .. } = &*state;
        kept.len() + fetches.keys().filter(|issuer| !kept.contains_key(*issuer)).count()
    }
}
