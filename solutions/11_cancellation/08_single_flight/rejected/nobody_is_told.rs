//! verdict: deadlock
//! The guard takes the question out of the map, and wakes nobody who already waits for it.
//!
//! The departure boards of a railway station. They ask a server for the delays of trains, one question for all boards.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

/// The railway's server.
pub trait Railway: Send + Sync + 'static {
    /// The delay of a train, as it is known now. The question ends with this future: if it is dropped, there is no
    /// answer.
    fn delay(&self, train: u32) -> impl Future<Output = Arc<str>> + Send;
}

/// A question that is being asked.
#[derive(Default)]
struct Question {
    answer: Mutex<Option<Arc<str>>>,
    answered: Notify,
}

/// Takes the question out of the map when it is dropped.
struct Ends<'a> {
    asking: &'a Mutex<HashMap<u32, Arc<Question>>>,
    train: u32,
}

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.asking.lock().unwrap().remove(&self.train);
    }
}

/// Knows whom to ask about delays. Boards on several threads share one.
pub struct Delays<R> {
    railway: R,
    asking: Mutex<HashMap<u32, Arc<Question>>>,
}

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
            let (question, is_mine) = {
                let mut asking = self.asking.lock().unwrap();
                let is_mine = !asking.contains_key(&train);
                (Arc::clone(asking.entry(train).or_default()), is_mine)
            };
            if is_mine {
                let ends = Ends { asking: &self.asking, train };
                let answer = self.railway.delay(train).await;
                *question.answer.lock().unwrap() = Some(Arc::clone(&answer));
                drop(ends);
                question.answered.notify_waiters();
                return answer;
            }
            let notified = question.answered.notified();
            if let Some(answer) = question.answer.lock().unwrap().clone() {
                return answer;
            }
            notified.await;
            if let Some(answer) = question.answer.lock().unwrap().clone() {
                return answer;
            }
        }
    }

    pub fn railway(&self) -> &R {
        &self.railway
    }
}
