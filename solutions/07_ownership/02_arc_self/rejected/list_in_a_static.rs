//! verdict: failing-test two_servers_have_a_list_each
//! A `static` needs no owner, and all `Uploads` share it: `stored` lists parts that went to other servers.
//!
//! Uploads in the background.

use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;

/// Where parts are stored. Storing may take a while.
pub trait Server: Send + Sync + 'static {
    fn store(&self, part: &str) -> impl Future<Output = ()> + Send;
}

static STORED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The uploads to one server. Callers share it in an `Arc`.
pub struct Uploads<S> {
    server: S,
}

impl<S: Server> Uploads<S> {
    pub fn new(server: S) -> Self {
        Self { server }
    }

    /// Begins to upload `part` and returns at once. The upload goes on whatever the caller drops.
    pub fn begin(self: Arc<Self>, part: &str) -> JoinHandle<()> {
        let part = part.to_owned();
        tokio::spawn(async move {
            self.server.store(&part).await;
            STORED.lock().unwrap().push(part);
        })
    }

    /// The parts that the server has, in the order of arrival.
    pub fn stored(&self) -> Vec<String> {
        STORED.lock().unwrap().clone()
    }
}
