//! verdict: failing-test a_caller_who_leaves_does_not_strand_the_others
//! Those who wait give up after a minute and ask themselves, all of them, even if an answer is on its way.
//!
//! The departure boards of a railway station. They ask a server for the delays of trains, one question for all boards.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// The railway's server.
pub trait Railway: Send + Sync + 'static {
    /// The delay of a train, as it is known now. The question ends with this future: if it is dropped, there is no
    /// answer.
    fn delay(&self, train: u32) -> impl Future<Output = Arc<str>> + Send;
}

/// Knows whom to ask about delays. Boards on several threads share one.
pub struct Delays<R> {
    railway: R,
    asking: Mutex<HashMap<u32, watch::Sender<Option<Arc<str>>>>>,
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
        let asked = {
            let mut asking = self.asking.lock().unwrap();
            let asked = asking.get(&train).map(watch::Sender::subscribe);
            if asked.is_none() {
                asking.insert(train, watch::Sender::new(None));
            }
            asked
        };
        if let Some(mut answer) = asked
            && let Ok(Ok(answer)) = timeout(Duration::from_secs(60), answer.wait_for(Option::is_some)).await
            && let Some(answer) = &*answer
        {
            return Arc::clone(answer);
        }
        let answer = self.railway.delay(train).await;
        if let Some(sender) = self.asking.lock().unwrap().remove(&train) {
            sender.send_replace(Some(Arc::clone(&answer)));
        }
        answer
    }

    pub fn railway(&self) -> &R {
        &self.railway
    }
}
