//! A backup: each volume is copied by a task of its own.

use std::mem;
use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::task::JoinSet;

type Copied = Vec<&'static str>;

/// A backup that is being made. The tasks need the list, but none of them needs another one's handle.
#[derive(Default)]
pub struct Backup {
    copying: JoinSet<()>,
    state: Arc<Mutex<Copied>>,
}

/// For the operator, who wants to see how far a backup has got.
#[derive(Clone)]
pub struct Status {
    state: Arc<Mutex<Copied>>,
}

impl Status {
    /// The volumes that have been copied so far, in the order in which they were ready. At once.
    pub async fn copied(&self) -> Vec<&'static str> {
        self.state.lock().await.clone()
    }
}

impl Backup {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn status(&self) -> Status {
        Status { state: Arc::clone(&self.state) }
    }

    /// Spawns a task that copies `volume` and then notes it. A copy that panics is not noted.
    pub async fn add(&mut self, volume: &'static str, copy: impl Future<Output = ()> + Send + 'static) {
        let shared = Arc::clone(&self.state);
        self.copying.spawn(async move {
            copy.await;
            shared.lock().await.push(volume);
        });
    }

    /// Waits until no copy is under way any more, and returns what has been copied, in the order in which it was ready.
    pub async fn finish(mut self) -> Vec<&'static str> {
        while self.copying.join_next().await.is_some() {}
        mem::take(&mut *self.state.lock().await)
    }
}
