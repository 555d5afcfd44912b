//! verdict: panic
//! Waits for two callers at most, and takes for granted that the second one stays.
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

/// The questions that are being asked, by train.
type Asking = Mutex<HashMap<u32, watch::Sender<Option<Arc<str>>>>>;

/// A question about a train. As long as it exists, other calls wait for its answer.
struct Question<'a> {
    asking: &'a Asking,
    train: u32,
    answer: Option<Arc<str>>,
}

impl Drop for Question<'_> {
    /// Ends the question, and then hands out its answer. Without one, those who wait see that the sender is gone.
    fn drop(&mut self) {
        let sender = self.asking.lock().unwrap().remove(&self.train);
        if let (Some(sender), Some(answer)) = (sender, self.answer.take()) {
            sender.send_replace(Some(answer));
        }
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
        for _ in 0..2 {
            let asked = {
                let mut asking = self.asking.lock().unwrap();
                let asked = asking.get(&train).map(watch::Sender::subscribe);
                if asked.is_none() {
                    asking.insert(train, watch::Sender::new(None));
                }
                asked
            };
            if let Some(mut answer) = asked {
                if let Ok(answer) = answer.wait_for(Option::is_some).await
                    && let Some(answer) = &*answer
                {
                    return Arc::clone(answer);
                }
                // The question was dropped. The first to look asks it again.
                continue;
            }
            let mut question = Question { asking: &self.asking, train, answer: None };
            let answer = self.railway.delay(train).await;
            question.answer = Some(Arc::clone(&answer));
            return answer;
        }
        unreachable!("one caller may leave, but not two")
    }

    pub fn railway(&self) -> &R {
        &self.railway
    }
}
