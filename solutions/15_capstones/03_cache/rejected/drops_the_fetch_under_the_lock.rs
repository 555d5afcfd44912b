//! verdict: deadlock a_fetch_may_use_the_cache
//! Drops the fetch while the map is locked. A fetch may use the cache when it is dropped.
//!
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

type Asking = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A question to an issuer. The caller that has the lock polls it. If it leaves, the next one goes on where it was.
#[derive(Default)]
struct Question {
    stage: Mutex<Stage>,
}

#[derive(Default)]
struct Stage {
    asking: Option<Asking>,
    answer: Option<Answer>,
}

/// What is known about an issuer. The callers keep the question, so that it is dropped with the last of them.
enum Entry {
    Kept(Arc<Key>, Instant),
    Asked(Weak<Question>),
}

type Entries = HashMap<String, Entry>;

/// The keys that were fetched. Many tasks use it, most of them for a key that is there.
pub struct Keys<I> {
    issuers: Arc<I>,
    keep: Duration,
    entries: RwLock<Entries>,
}

/// A caller that waits for an answer.
struct Caller<'a> {
    entries: &'a RwLock<Entries>,
    issuer: &'a str,
    question: Option<Arc<Question>>,
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        let Some(question) = self.question.take() else { return };
        let weak = Arc::downgrade(&question);
        let mut entries = self.entries.write().unwrap();
        drop(question);
        if weak.strong_count() == 0 && is_current(&entries, self.issuer, &weak) {
            entries.remove(self.issuer);
        }
    }
}

fn is_current(entries: &Entries, issuer: &str, question: &Weak<Question>) -> bool {
    matches!(entries.get(issuer), Some(Entry::Asked(current)) if current.ptr_eq(question))
}

/// A fetch that is being polled. One that panics cannot be polled again.
struct Polled<'a>(&'a mut Option<Asking>);

impl Drop for Polled<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            *self.0 = None;
        }
    }
}

impl<I: Issuers> Keys<I> {
    /// Keeps each key for `keep`, counted from its arrival. With zero, none is kept.
    pub fn new(issuers: I, keep: Duration) -> Self {
        Self { issuers: Arc::new(issuers), keep, entries: RwLock::default() }
    }

    pub fn issuers(&self) -> &I {
        &self.issuers
    }

    /// The key of `issuer`. One that is kept is returned at once. Otherwise the issuer is asked, once for all that call
    /// meanwhile, and all of them get its answer, also if it is `Unreachable`. That is not kept.
    ///
    /// This may be dropped at any await, and the fetch may panic: the other callers still get an answer.
    pub async fn get(&self, issuer: &str) -> Answer {
        if let Some(key) = self.kept(issuer, &self.entries.read().unwrap()) {
            return Ok(key);
        }
        let question = {
            let mut entries = self.entries.write().unwrap();
            if let Some(key) = self.kept(issuer, &entries) {
                return Ok(key);
            }
            let asked = match entries.get(issuer) {
                Some(Entry::Asked(question)) => question.upgrade(),
                _ => None,
            };
            asked.unwrap_or_else(|| {
                let question = Arc::default();
                entries.insert(issuer.to_owned(), Entry::Asked(Arc::downgrade(&question)));
                question
            })
        };
        let caller = Caller { entries: &self.entries, issuer, question: Some(question) };
        let question = caller.question.as_ref().unwrap();
        let mut stage = question.stage.lock().await;
        let Stage { asking, answer } = &mut *stage;
        if let Some(answer) = answer {
            return answer.clone();
        }
        let polled = Polled(asking);
        let asking = polled.0.get_or_insert_with(|| {
            let (issuers, issuer) = (Arc::clone(&self.issuers), issuer.to_owned());
            Box::pin(async move { issuers.fetch(&issuer).await })
        });
        let arrived = asking.as_mut().await;
        *polled.0 = None;
        drop(polled);
        *answer = Some(arrived.clone());
        self.keeps(issuer, &Arc::downgrade(question), &arrived);
        arrived
    }

    fn kept(&self, issuer: &str, entries: &Entries) -> Option<Arc<Key>> {
        match entries.get(issuer) {
            Some(Entry::Kept(key, until)) if Instant::now() < *until => Some(Arc::clone(key)),
            _ => None,
        }
    }

    fn keeps(&self, issuer: &str, question: &Weak<Question>, answer: &Answer) {
        let mut entries = self.entries.write().unwrap();
        let now = Instant::now();
        if is_current(&entries, issuer, question) {
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
        self.entries.write().unwrap().remove(issuer);
    }

    /// How many issuers it knows anything about: a key, which may have expired, or a fetch that is under way. Each of
    /// them counts once.
    ///
    /// Expired keys are dropped when the next key arrives, at the latest. A fetch that nobody waits for is dropped.
    pub fn size(&self) -> usize {
        self.entries.read().unwrap().len()
    }
}
