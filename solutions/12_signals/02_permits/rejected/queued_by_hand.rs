//! verdict: deadlock an_upload_that_is_dropped_frees_its_slot
//! `upload` counts the free slots by hand. If the future is dropped in between, the count never goes up again.
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
        self.slots.acquire().await.expect("it is never closed").forget();
        let (server, slots) = (&self.server, &self.slots);
        server.put(file).await;
        slots.add_permits(1);
    }

    /// Starts a task that uploads `file` when there is a free slot. A task that panics or is aborted frees its slot.
    pub fn start(&self, file: u32) -> JoinHandle<()> {
        let uploads = self.clone();
        tokio::spawn(async move {
            let _permit = uploads.slots.acquire().await.expect("it is never closed");
            uploads.server.put(file).await;
        })
    }

    /// Uploads all `files`, each when there is a free slot, and returns when the last one is there.
    pub async fn upload_all(&self, files: &[u32]) {
        let tasks: Vec<_> = files.iter().map(|&file| self.start(file)).collect();
        for task in tasks {
            task.await.expect("the server does not fail");
        }
    }
}
