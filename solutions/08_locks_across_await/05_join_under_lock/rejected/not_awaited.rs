//! verdict: failing-test finish_waits_for_every_copy
//! No deadlock, because it waits for nothing.
//!
//! A backup: each volume is copied by a task of its own.

use std::mem;
use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::task::JoinHandle;

#[derive(Default)]
struct State {
    copying: Vec<JoinHandle<()>>,
    copied: Vec<&'static str>,
}

/// A backup that is being made.
#[derive(Default)]
pub struct Backup {
    state: Arc<Mutex<State>>,
}

/// For the operator, who wants to see how far a backup has got.
#[derive(Clone)]
pub struct Status {
    state: Arc<Mutex<State>>,
}

impl Status {
    /// The volumes that have been copied so far, in the order in which they were ready. At once.
    pub async fn copied(&self) -> Vec<&'static str> {
        self.state.lock().await.copied.clone()
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
        let task = tokio::spawn(async move {
            copy.await;
            shared.lock().await.copied.push(volume);
        });
        self.state.lock().await.copying.push(task);
    }

    /// Waits until no copy is under way any more, and returns what has been copied, in the order in which it was ready.
    pub async fn finish(self) -> Vec<&'static str> {
        mem::take(&mut self.state.lock().await.copied)
    }
}
