//! verdict: failing-test whoever_takes_over_may_leave_as_well
//! A caller who leaves names a successor. If that one leaves before it hears of it, nobody asks.
//!
//! The departure boards of a railway station. They ask a server for the delays of trains, one question for all boards.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::oneshot;

/// The railway's server.
pub trait Railway: Send + Sync + 'static {
    /// The delay of a train, as it is known now. The question ends with this future: if it is dropped, there is no
    /// answer.
    fn delay(&self, train: u32) -> impl Future<Output = Arc<str>> + Send;
}

/// Those who wait for an answer, by train.
type Asking = Mutex<HashMap<u32, Vec<oneshot::Sender<Turn>>>>;

/// The answer, or the task of asking for it.
enum Turn {
    Answer(Arc<str>),
    Ask,
}

/// A question about a train. When it is dropped without an answer, the first of those who wait asks it again.
struct Question<'a> {
    asking: &'a Asking,
    train: u32,
    answer: Option<Arc<str>>,
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        let mut asking = self.asking.lock().unwrap();
        if let Some(answer) = &self.answer {
            for waiting in asking.remove(&self.train).unwrap_or_default() {
                let _ = waiting.send(Turn::Answer(Arc::clone(answer)));
            }
            return;
        }
        let Some(waiting) = asking.get_mut(&self.train) else { return };
        while !waiting.is_empty() {
            // `send` fails if the receiver is gone already, but not if it is dropped before it is polled.
            if waiting.remove(0).send(Turn::Ask).is_ok() {
                return;
            }
        }
        asking.remove(&self.train);
    }
}

/// Knows whom to ask about delays. Boards on several threads share one.
pub struct Delays<R> {
    railway: R,
    asking: Asking,
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
        let turn = {
            let mut asking = self.asking.lock().unwrap();
            match asking.get_mut(&train) {
                Some(waiting) => {
                    let (sender, turn) = oneshot::channel();
                    waiting.push(sender);
                    Some(turn)
                }
                None => {
                    asking.insert(train, Vec::new());
                    None
                }
            }
        };
        if let Some(turn) = turn
            && let Turn::Answer(answer) = turn.await.expect("a caller who leaves names a successor")
        {
            return answer;
        }
        let mut question = Question { asking: &self.asking, train, answer: None };
        let answer = self.railway.delay(train).await;
        question.answer = Some(Arc::clone(&answer));
        answer
    }

    pub fn railway(&self) -> &R {
        &self.railway
    }
}
