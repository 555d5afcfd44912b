//! verdict: failing-test no_part_is_lost_when_two_arrive_at_once
//! Treats a second upload of the same name as the first one.
//!
//! Uploads in the background.

use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;

/// Where parts are stored. Storing may take a while.
pub trait Server: Send + Sync + 'static {
    fn store(&self, part: &str) -> impl Future<Output = ()> + Send;
}

/// The uploads to one server. Callers share it in an `Arc`.
pub struct Uploads<S> {
    server: S,
    stored: Mutex<Vec<String>>,
    begun: Mutex<Vec<String>>,
}

impl<S: Server> Uploads<S> {
    pub fn new(server: S) -> Self {
        Self { server, stored: Mutex::default(), begun: Mutex::default() }
    }

    /// Begins to upload `part` and returns at once. The upload goes on whatever the caller drops.
    pub fn begin(self: Arc<Self>, part: &str) -> JoinHandle<()> {
        let part = part.to_owned();
        tokio::spawn(async move {
            {
                let mut begun = self.begun.lock().unwrap();
                if begun.contains(&part) {
                    return;
                }
                begun.push(part.clone());
            }
            self.server.store(&part).await;
            self.begun.lock().unwrap().retain(|other| *other != part);
            self.stored.lock().unwrap().push(part);
        })
    }

    /// The parts that the server has, in the order of arrival.
    pub fn stored(&self) -> Vec<String> {
        self.stored.lock().unwrap().clone()
    }
}
