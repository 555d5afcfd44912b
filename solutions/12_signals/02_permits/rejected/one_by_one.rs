//! verdict: failing-test a_batch_may_be_larger_than_the_number_of_slots
//! One file after the other: no other call has to wait, but half of the slots are idle.
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
        let _permit = self.slots.acquire().await.expect("it is never closed");
        self.server.put(file).await;
    }

    /// Starts a task that uploads `file` when there is a free slot. A task that panics or is aborted frees its slot.
    pub fn start(&self, file: u32) -> JoinHandle<()> {
        let uploads = self.clone();
        tokio::spawn(async move { uploads.upload(file).await })
    }

    /// Uploads all `files`, each when there is a free slot, and returns when the last one is there.
    pub async fn upload_all(&self, files: &[u32]) {
        for &file in files {
            self.upload(file).await;
        }
    }
}
