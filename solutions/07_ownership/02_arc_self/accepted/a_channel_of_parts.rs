//! Uploads in the background.

use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use tokio::task::JoinHandle;

/// Where parts are stored. Storing may take a while.
pub trait Server: Send + Sync + 'static {
    fn store(&self, part: &str) -> impl Future<Output = ()> + Send;
}

/// The uploads to one server. Callers share it in an `Arc`.
pub struct Uploads<S> {
    server: Arc<S>,
    /// Tasks send the parts that have arrived; `stored` collects them.
    arrived: UnboundedSender<String>,
    stored: Mutex<(Vec<String>, UnboundedReceiver<String>)>,
}

impl<S: Server> Uploads<S> {
    pub fn new(server: S) -> Self {
        let (arrived, arriving) = unbounded_channel();
        Self { server: Arc::new(server), arrived, stored: Mutex::new((Vec::new(), arriving)) }
    }

    /// Begins to upload `part` and returns at once. The upload goes on whatever the caller drops.
    pub fn begin(&self, part: &str) -> JoinHandle<()> {
        let part = part.to_owned();
        let (server, arrived) = (Arc::clone(&self.server), self.arrived.clone());
        tokio::spawn(async move {
            server.store(&part).await;
            // Without `Uploads` nobody asks for the list.
            let _ = arrived.send(part);
        })
    }

    /// The parts that the server has, in the order of arrival.
    pub fn stored(&self) -> Vec<String> {
        let mut stored = self.stored.lock().unwrap();
        while let Ok(part) = stored.1.try_recv() {
            stored.0.push(part);
        }
        stored.0.clone()
    }
}
