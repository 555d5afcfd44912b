//! verdict: deadlock a_caller_leaves_while_another_one_comes
//! Tells the others that the question has ended, and removes the entry then. One of them looks in between, and waits
//! again.
//!
//! The departure boards of a railway station. They ask a server for the delays of trains, one question for all boards.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::broadcast;

/// The railway's server.
pub trait Railway: Send + Sync + 'static {
    /// The delay of a train, as it is known now. The question ends with this future: if it is dropped, there is no
    /// answer.
    fn delay(&self, train: u32) -> impl Future<Output = Arc<str>> + Send;
}

/// Knows whom to ask about delays. Boards on several threads share one.
pub struct Delays<R> {
    railway: R,
    asking: Mutex<Asking>,
}

type Asking = HashMap<u32, broadcast::Sender<Option<Arc<str>>>>;

impl<R: Railway> Delays<R> {
    pub fn new(railway: R) -> Self {
        Self { railway, asking: Mutex::default() }
    }

    /// The delay of `train`. Calls for the same train at the same time share one question and its answer: there are
    /// never two questions about a train at the same time, and trains do not wait for each other. An answer goes to all
    /// who wait for it, and is not kept: the next call asks again. Any of these futures may be dropped, at any moment
    /// and on any thread, and the server may panic: if that ends the question, one of the others asks it again, or else
    /// the next call. May be awaited in any task.
    pub async fn of(&self, train: u32) -> Arc<str> {
        loop {
            let (sender, other) = {
                let mut asking = self.asking.lock().unwrap();
                match asking.get(&train) {
                    Some(sender) => (sender.clone(), Some(sender.subscribe())),
                    None => {
                        let sender = broadcast::Sender::new(1);
                        asking.insert(train, sender.clone());
                        (sender, None)
                    }
                }
            };
            if let Some(mut other) = other {
                match other.recv().await {
                    Ok(Some(answer)) => return answer,
                    _ => continue,
                }
            }
            let mut entry = Entry { asking: &self.asking, train, sender, answer: None };
            let answer = self.railway.delay(train).await;
            entry.answer = Some(Arc::clone(&answer));
            return answer;
        }
    }

    pub fn railway(&self) -> &R {
        &self.railway
    }
}

/// The entry of the caller who asks. When this is dropped, all others get the answer, or `None`.
struct Entry<'a> {
    asking: &'a Mutex<Asking>,
    train: u32,
    sender: broadcast::Sender<Option<Arc<str>>>,
    answer: Option<Arc<str>>,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        if let Some(answer) = self.answer.take() {
            self.asking.lock().unwrap().remove(&self.train);
            let _ = self.sender.send(Some(answer));
        } else {
            let _ = self.sender.send(None);
            self.asking.lock().unwrap().remove(&self.train);
        }
    }
}
