//! verdict: failing-test a_panic_before_the_first_await_strands_nobody
//! The guard is made after the call of `delay`. If that call panics, nothing removes the entry.
//!
//! The departure boards of a railway station. They ask a server for the delays of trains, one question for all boards.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

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

type Asking = HashMap<u32, watch::Sender<Option<Arc<str>>>>;

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
            let asked = {
                let mut asking = self.asking.lock().unwrap();
                let asked = asking.get(&train).map(watch::Sender::subscribe);
                if asked.is_none() {
                    asking.insert(train, watch::Sender::new(None));
                }
                asked
            };
            if let Some(mut answer) = asked {
                match answer.wait_for(Option::is_some).await {
                    Ok(answer) => return Option::clone(&answer).expect("this is what it has waited for"),
                    Err(_) => continue,
                }
            }
            let question = self.railway.delay(train);
            let mut entry = Entry { asking: &self.asking, train, answer: None };
            let answer = question.await;
            entry.answer = Some(Arc::clone(&answer));
            return answer;
        }
    }

    pub fn railway(&self) -> &R {
        &self.railway
    }
}

/// The entry of the caller who asks. When this is dropped, the entry is removed.
struct Entry<'a> {
    asking: &'a Mutex<Asking>,
    train: u32,
    answer: Option<Arc<str>>,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let sender = self.asking.lock().unwrap().remove(&self.train);
        if let (Some(sender), Some(answer)) = (sender, self.answer.take()) {
            sender.send_replace(Some(answer));
        }
    }
}
