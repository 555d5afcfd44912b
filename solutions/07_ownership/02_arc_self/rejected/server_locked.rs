//! verdict: failing-test a_thousand_uploads_take_as_long_as_one
//! An async mutex around the server, held during the upload: owned by every task, used by one at a time.
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
    server: Arc<tokio::sync::Mutex<S>>,
    stored: Arc<Mutex<Vec<String>>>,
}

impl<S: Server> Uploads<S> {
    pub fn new(server: S) -> Self {
        Self { server: Arc::new(tokio::sync::Mutex::new(server)), stored: Arc::default() }
    }

    /// Begins to upload `part` and returns at once. The upload goes on whatever the caller drops.
    pub fn begin(&self, part: &str) -> JoinHandle<()> {
        let part = part.to_owned();
        let (server, stored) = (Arc::clone(&self.server), Arc::clone(&self.stored));
        tokio::spawn(async move {
            server.lock().await.store(&part).await;
            stored.lock().unwrap().push(part);
        })
    }

    /// The parts that the server has, in the order of arrival.
    pub fn stored(&self) -> Vec<String> {
        self.stored.lock().unwrap().clone()
    }
}
