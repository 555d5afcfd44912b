//! Uploads to a server that takes a few at a time.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;

/// Where files go. A transfer takes its time, and may panic.
pub trait Server: Send + Sync + 'static {
    fn put(&self, file: u32) -> impl Future<Output = ()> + Send;
}

struct Token(Sender<()>);

impl Drop for Token {
    fn drop(&mut self) {
        self.0.try_send(()).unwrap();
    }
}

pub struct Uploads<S> {
    server: Arc<S>,
    put_back: Sender<()>,
    tokens: Arc<Mutex<Receiver<()>>>,
}

impl<S> Clone for Uploads<S> {
    fn clone(&self) -> Self {
        Self { server: Arc::clone(&self.server), put_back: self.put_back.clone(), tokens: Arc::clone(&self.tokens) }
    }
}

impl<S: Server> Uploads<S> {
    pub fn new(server: Arc<S>, slots: usize) -> Self {
        let (put_back, tokens) = mpsc::channel(slots);
        for _ in 0..slots {
            put_back.try_send(()).unwrap();
        }
        Self { server, put_back, tokens: Arc::new(Mutex::new(tokens)) }
    }

    /// Uploads `file` when there is a free slot.
    pub async fn upload(&self, file: u32) {
        let _token = {
            self.tokens.lock().await.recv().await.unwrap();
            Token(self.put_back.clone())
        };
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
