//! verdict: failing-test trains_do_not_wait_for_each_other
//! One lock for all trains is held while the server is asked.
//!
//! The departure boards of a railway station. They ask a server for the delays of trains, one question for all boards.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

/// The railway's server.
pub trait Railway: Send + Sync + 'static {
    /// The delay of a train, as it is known now. The question ends with this future: if it is dropped, there is no
    /// answer.
    fn delay(&self, train: u32) -> impl Future<Output = Arc<str>> + Send;
}

/// Knows whom to ask about delays. Boards on several threads share one.
pub struct Delays<R> {
    railway: R,
    asking: Mutex<HashMap<u32, Arc<Mutex<Option<Arc<str>>>>>>,
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
        let question = Arc::clone(self.asking.lock().await.entry(train).or_default());
        let mut answer = question.lock().await;
        if answer.is_none() {
            let mut asking = self.asking.lock().await;
            *answer = Some(self.railway.delay(train).await);
            if asking.get(&train).is_some_and(|current| Arc::ptr_eq(current, &question)) {
                asking.remove(&train);
            }
        }
        Option::clone(&answer).expect("it has just been filled")
    }

    pub fn railway(&self) -> &R {
        &self.railway
    }
}
