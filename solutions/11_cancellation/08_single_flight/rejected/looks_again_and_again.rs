//! verdict: failing-test a_board_that_waits_sleeps
//! Those who wait look for the answer again and again.
//!
//! The departure boards of a railway station. They ask a server for the delays of trains, one question for all boards.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// The railway's server.
pub trait Railway: Send + Sync + 'static {
    /// The delay of a train, as it is known now. The question ends with this future: if it is dropped, there is no
    /// answer.
    fn delay(&self, train: u32) -> impl Future<Output = Arc<str>> + Send;
}

/// The place for an answer, locked by the caller who asks.
type Question = tokio::sync::Mutex<Option<Arc<str>>>;

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
        let question = Arc::clone(self.asking.lock().unwrap().entry(train).or_default());
        let mut answer = loop {
            match question.try_lock() {
                Ok(answer) => break answer,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        if answer.is_none() {
            *answer = Some(self.railway.delay(train).await);
            let mut asking = self.asking.lock().unwrap();
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
