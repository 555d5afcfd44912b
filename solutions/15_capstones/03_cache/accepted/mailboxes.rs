//! The keys with which a gateway verifies tokens: fetched from their issuers, and kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot::{self, Receiver, Sender};
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
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    slots: HashMap<String, Slot>,
    /// The number of the last flight.
    last: u64,
    /// By flight: a mailbox for each caller that waits for it.
    mailboxes: HashMap<u64, Vec<Sender<Answer>>>,
}

enum Slot {
    Kept {
        key: Arc<Key>,
        until: Instant,
    },
    /// The number of the flight.
    Fetched(u64),
}

enum Found {
    Key(Arc<Key>),
    Mailbox(Receiver<Answer>),
    Flight(u64),
}

/// A fetch by this caller. If it is dropped without an answer, the mailboxes of the others are closed.
struct Flight<'a, I> {
    keys: &'a Keys<I>,
    issuer: &'a str,
    number: u64,
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
        loop {
            match self.find(issuer) {
                Found::Key(key) => return Ok(key),
                Found::Mailbox(mailbox) => {
                    if let Ok(answer) = mailbox.await {
                        return answer;
                    }
                }
                Found::Flight(number) => {
                    let flight = Flight { keys: self, issuer, number };
                    let answer = self.issuers.fetch(issuer).await;
                    flight.end(Some(&answer));
                    return answer;
                }
            }
        }
    }

    /// Forgets the key of `issuer`, because it has changed. Callers that come later get a key that was asked for later,
    /// also if a fetch is under way. The callers of that fetch get its answer, but it is not kept.
    pub fn invalidate(&self, issuer: &str) {
        self.state.lock().unwrap().slots.remove(issuer);
    }

    /// How many issuers it knows anything about: a key, which may have expired, or a fetch that is under way. Each of
    /// them counts once.
    ///
    /// Expired keys are dropped when the next key arrives, at the latest. A fetch that nobody waits for is dropped.
    pub fn size(&self) -> usize {
        self.state.lock().unwrap().slots.len()
    }

    fn find(&self, issuer: &str) -> Found {
        let mut state = self.state.lock().unwrap();
        match state.slots.get(issuer) {
            Some(Slot::Kept { key, until }) if Instant::now() < *until => return Found::Key(Arc::clone(key)),
            Some(Slot::Fetched(number)) => {
                let number = *number;
                let (sender, mailbox) = oneshot::channel();
                state.mailboxes.entry(number).or_default().push(sender);
                return Found::Mailbox(mailbox);
            }
            _ => {}
        }
        state.last += 1;
        let number = state.last;
        state.slots.insert(issuer.to_owned(), Slot::Fetched(number));
        Found::Flight(number)
    }
}

impl<I> Flight<'_, I> {
    fn end(&self, answer: Option<&Answer>) {
        let mut state = self.keys.state.lock().unwrap();
        if matches!(state.slots.get(self.issuer), Some(Slot::Fetched(number)) if *number == self.number) {
            state.slots.remove(self.issuer);
            if let Some(Ok(key)) = answer {
                let now = Instant::now();
                state.slots.retain(|_, slot| !matches!(slot, Slot::Kept { until, .. } if *until <= now));
                let (key, until) = (Arc::clone(key), now + self.keys.keep);
                state.slots.insert(self.issuer.to_owned(), Slot::Kept { key, until });
            }
        }
        let mailboxes = state.mailboxes.remove(&self.number);
        drop(state);
        for mailbox in mailboxes.into_iter().flatten() {
            if let Some(answer) = answer {
                // An error means that this caller has left.
                let _ = mailbox.send(answer.clone());
            }
        }
    }
}

impl<I> Drop for Flight<'_, I> {
    fn drop(&mut self) {
        self.end(None);
    }
}
