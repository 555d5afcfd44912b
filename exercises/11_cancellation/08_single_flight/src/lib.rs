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
        if let Some(mut answer) = asked {
            let answer = answer.wait_for(Option::is_some).await.expect("the sender is in the map until it has sent");
            return Option::clone(&answer).expect("this is what it has waited for");
        }
        // TODO: if this future is dropped here, who takes the sender out of the map?
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
