//! verdict: failing-test parts_are_listed_in_the_order_of_arrival
//! Reserves a place in the list for each part in `begin`, so the parts are not in the order of arrival.
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
    stored: Mutex<Vec<Option<String>>>,
}

impl<S: Server> Uploads<S> {
    pub fn new(server: S) -> Self {
        Self { server, stored: Mutex::default() }
    }

    /// Begins to upload `part` and returns at once. The upload goes on whatever the caller drops.
    pub fn begin(self: Arc<Self>, part: &str) -> JoinHandle<()> {
        let part = part.to_owned();
        let place = {
            let mut stored = self.stored.lock().unwrap();
            stored.push(None);
            stored.len() - 1
        };
        tokio::spawn(async move {
            self.server.store(&part).await;
            self.stored.lock().unwrap()[place] = Some(part);
        })
    }

    /// The parts that the server has, in the order of arrival.
    pub fn stored(&self) -> Vec<String> {
        self.stored.lock().unwrap().iter().flatten().cloned().collect()
    }
}
