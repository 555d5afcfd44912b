//! verdict: deadlock an_aborted_task_frees_its_slot
//! Frees the slot after a panic as well. An aborted task reaches neither line.
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
        tokio::spawn(async move {
            uploads.slots.acquire().await.expect("it is never closed").forget();
            let (server, slots) = (Arc::clone(&uploads.server), Arc::clone(&uploads.slots));
            let result = tokio::spawn(async move { server.put(file).await }).await;
            slots.add_permits(1);
            if let Err(error) = result {
                std::panic::resume_unwind(error.into_panic());
            }
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
