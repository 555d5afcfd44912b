//! verdict: failing-test a_part_is_listed_when_the_server_has_it
//! Lists the part at once, so that the task needs only the server: the list shows what was begun, not what was stored.
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
    stored: Arc<Mutex<Vec<String>>>,
}

impl<S: Server> Uploads<S> {
    pub fn new(server: S) -> Self {
        Self { server: Arc::new(server), stored: Arc::default() }
    }

    /// Begins to upload `part` and returns at once. The upload goes on whatever the caller drops.
    pub fn begin(&self, part: &str) -> JoinHandle<()> {
        let part = part.to_owned();
        let server = Arc::clone(&self.server);
        self.stored.lock().unwrap().push(part.clone());
        tokio::spawn(async move { server.store(&part).await })
    }

    /// The parts that the server has, in the order of arrival.
    pub fn stored(&self) -> Vec<String> {
        self.stored.lock().unwrap().clone()
    }
}
