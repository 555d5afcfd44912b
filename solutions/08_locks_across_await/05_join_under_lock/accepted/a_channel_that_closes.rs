//! A backup: each volume is copied by a task of its own.

use std::mem;
use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, Sender, channel};

#[derive(Default)]
struct State {
    copied: Vec<&'static str>,
}

/// A backup that is being made. Each task holds a sender while it copies. Nothing is ever sent.
pub struct Backup {
    state: Arc<Mutex<State>>,
    copying: Sender<()>,
    ended: Receiver<()>,
}

impl Default for Backup {
    fn default() -> Self {
        let (copying, ended) = channel(1);
        Self { state: Arc::default(), copying, ended }
    }
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
        let (shared, copying) = (Arc::clone(&self.state), self.copying.clone());
        tokio::spawn(async move {
            copy.await;
            shared.lock().await.copied.push(volume);
            drop(copying);
        });
    }

    /// Waits until no copy is under way any more, and returns what has been copied, in the order in which it was ready.
    pub async fn finish(self) -> Vec<&'static str> {
        let Self { state, copying, mut ended } = self;
        drop(copying);
        assert!(ended.recv().await.is_none());
        mem::take(&mut state.lock().await.copied)
    }
}
