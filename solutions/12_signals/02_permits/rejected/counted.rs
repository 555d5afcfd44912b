//! verdict: failing-test two_slots_are_two_uploads_at_once
//! Reads the number of free permits until one is free, but acquires none.
//!
//! Uploads to a server that takes a few at a time.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// Where files go. A transfer takes its time, and may panic.
pub trait Server: Send + Sync + 'static {
    fn put(&self, file: u32) -> impl Future<Output = ()> + Send;
}

/// Uploads, of which at most `slots` run at once. A clone shares the slots.
pub struct Uploads<S> {
    server: Arc<S>,
    slots: Arc<Semaphore>,
}

impl<S> Clone for Uploads<S> {
    fn clone(&self) -> Self {
        Self { server: Arc::clone(&self.server), slots: Arc::clone(&self.slots) }
    }
}

impl<S: Server> Uploads<S> {
    pub fn new(server: Arc<S>, slots: usize) -> Self {
        Self { server, slots: Arc::new(Semaphore::new(slots)) }
    }

    /// Uploads `file` when there is a free slot.
    pub async fn upload(&self, file: u32) {
        while self.slots.available_permits() == 0 {
            tokio::task::yield_now().await;
        }
        self.server.put(file).await;
    }

    /// Starts a task that uploads `file` when there is a free slot. A task that panics or is aborted frees its slot.
    pub fn start(&self, file: u32) -> JoinHandle<()> {
        let uploads = self.clone();
        tokio::spawn(async move { uploads.upload(file).await })
    }

    /// Uploads all `files`, each when there is a free slot, and returns when the last one is there.
    pub async fn upload_all(&self, files: &[u32]) {
        let tasks: Vec<_> = files.iter().map(|&file| self.start(file)).collect();
        for task in tasks {
            task.await.expect("the server does not fail");
        }
    }
}
