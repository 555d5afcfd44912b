//! verdict: deadlock
//! A task asks, so nobody can drop the question. But if the server panics, nothing takes the sender out of the map.
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

struct Inner<R> {
    railway: R,
    asking: Mutex<HashMap<u32, watch::Sender<Option<Arc<str>>>>>,
}

/// Knows whom to ask about delays. Boards on several threads share one.
pub struct Delays<R> {
    inner: Arc<Inner<R>>,
}

impl<R: Railway> Delays<R> {
    pub fn new(railway: R) -> Self {
        Self { inner: Arc::new(Inner { railway, asking: Mutex::default() }) }
    }

    /// The delay of `train`. Calls for the same train at the same time share one question and its answer: there are
    /// never two questions about a train at the same time, and trains do not wait for each other. An answer goes to all
    /// who wait for it, and is not kept: the next call asks again. Any of these futures may be dropped, at any moment
    /// and on any thread, and the server may panic: if that ends the question, one of the others asks it again, or else
    /// the next call. May be awaited in any task.
    pub async fn of(&self, train: u32) -> Arc<str> {
        loop {
            let mut answer = {
                let mut asking = self.inner.asking.lock().unwrap();
                match asking.get(&train) {
                    Some(sender) => sender.subscribe(),
                    None => {
                        let (sender, answer) = watch::channel(None);
                        asking.insert(train, sender);
                        let inner = Arc::clone(&self.inner);
                        // The question belongs to no caller, so none of them can drop it.
                        tokio::spawn(async move {
                            let answer = inner.railway.delay(train).await;
                            if let Some(sender) = inner.asking.lock().unwrap().remove(&train) {
                                sender.send_replace(Some(answer));
                            }
                        });
                        answer
                    }
                }
            };
            if let Ok(answer) = answer.wait_for(Option::is_some).await
                && let Some(answer) = &*answer
            {
                return Arc::clone(answer);
            }
        }
    }

    pub fn railway(&self) -> &R {
        &self.inner.railway
    }
}
