//! verdict: panic
//! Blocks on the upload, so that nothing has to outlive the call. But a thread of the runtime must not block on a future.
//!
//! Uploads in the background.

use std::sync::Mutex;

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
    pub fn begin(&self, part: &str) -> JoinHandle<()> {
        let part = part.to_owned();
        tokio::runtime::Handle::current().block_on(async {
            self.server.store(&part).await;
            self.stored.lock().unwrap().push(part);
        });
        tokio::spawn(async {})
    }

    /// The parts that the server has, in the order of arrival.
    pub fn stored(&self) -> Vec<String> {
        self.stored.lock().unwrap().clone()
    }
}
