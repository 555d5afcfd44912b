//! verdict: failing-test an_upload_goes_on_when_its_caller_drops_everything
//! The task holds only a `Weak`: if the caller drops its `Arc` before the task begins, there is nothing left to upload with.
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
        let this = Arc::downgrade(&self);
        tokio::spawn(async move {
            if let Some(this) = this.upgrade() {
                this.server.store(&part).await;
                this.stored.lock().unwrap().push(part);
            }
        })
    }

    /// The parts that the server has, in the order of arrival.
    pub fn stored(&self) -> Vec<String> {
        self.stored.lock().unwrap().clone()
    }
}
