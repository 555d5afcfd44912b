//! Uploads in the background.

use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;

/// Where parts are stored. Storing may take a while.
pub trait Server: Send + Sync + 'static {
    fn store(&self, part: &str) -> impl Future<Output = ()> + Send;
}

/// The uploads to one server. Clones share them.
pub struct Uploads<S>(Arc<Shared<S>>);

struct Shared<S> {
    server: S,
    stored: Mutex<Vec<String>>,
}

impl<S> Clone for Uploads<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Server> Uploads<S> {
    pub fn new(server: S) -> Self {
        Self(Arc::new(Shared { server, stored: Mutex::default() }))
    }

    /// Begins to upload `part` and returns at once. The upload goes on whatever the caller drops.
    pub fn begin(&self, part: &str) -> JoinHandle<()> {
        tokio::spawn(self.clone().upload(part.to_owned()))
    }

    async fn upload(self, part: String) {
        self.0.server.store(&part).await;
        self.0.stored.lock().unwrap().push(part);
    }

    /// The parts that the server has, in the order of arrival.
    pub fn stored(&self) -> Vec<String> {
        self.0.stored.lock().unwrap().clone()
    }
}
