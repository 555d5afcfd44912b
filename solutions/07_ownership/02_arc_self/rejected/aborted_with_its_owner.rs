//! verdict: failing-test an_upload_goes_on_when_its_caller_drops_everything
//! Keeps the tasks in a `JoinSet` of its own, which aborts all of them when `Uploads` is dropped.
//!
//! Uploads in the background.

use std::sync::{Arc, Mutex};

use tokio::task::{AbortHandle, JoinSet};

/// Where parts are stored. Storing may take a while.
pub trait Server: Send + Sync + 'static {
    fn store(&self, part: &str) -> impl Future<Output = ()> + Send;
}

/// The uploads to one server. Callers share it in an `Arc`.
pub struct Uploads<S> {
    server: Arc<S>,
    stored: Arc<Mutex<Vec<String>>>,
    tasks: Mutex<JoinSet<()>>,
}

impl<S: Server> Uploads<S> {
    pub fn new(server: S) -> Self {
        Self { server: Arc::new(server), stored: Arc::default(), tasks: Mutex::default() }
    }

    /// Begins to upload `part` and returns at once. The upload goes on whatever the caller drops.
    pub fn begin(&self, part: &str) -> impl Future<Output = Result<(), AbortHandle>> + use<S> {
        let part = part.to_owned();
        let (server, stored) = (Arc::clone(&self.server), Arc::clone(&self.stored));
        let (ended, end) = tokio::sync::oneshot::channel();
        let task = self.tasks.lock().unwrap().spawn(async move {
            server.store(&part).await;
            stored.lock().unwrap().push(part);
            let _ = ended.send(());
        });
        async move { end.await.map_err(|_| task) }
    }

    /// The parts that the server has, in the order of arrival.
    pub fn stored(&self) -> Vec<String> {
        self.stored.lock().unwrap().clone()
    }
}
