//! verdict: failing-test all_uploads_are_in_one_list
//! Clones the fields, not an `Arc` of them: the task adds its part to a list that nobody else has.
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
    server: Arc<S>,
    stored: Mutex<Vec<String>>,
}

impl<S: Server> Uploads<S> {
    pub fn new(server: S) -> Self {
        Self { server: Arc::new(server), stored: Mutex::default() }
    }

    /// Begins to upload `part` and returns at once. The upload goes on whatever the caller drops.
    pub fn begin(&self, part: &str) -> JoinHandle<()> {
        let part = part.to_owned();
        let (server, stored) = (Arc::clone(&self.server), Mutex::new(self.stored()));
        tokio::spawn(async move {
            server.store(&part).await;
            stored.lock().unwrap().push(part);
        })
    }

    /// The parts that the server has, in the order of arrival.
    pub fn stored(&self) -> Vec<String> {
        self.stored.lock().unwrap().clone()
    }
}
