//! Workers that take their jobs from one channel: on tokio and on async-std.

use std::pin::Pin;

/// Something to do.
pub type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// With the lock and the channel of tokio.
pub mod on_tokio {
    use super::*;
    use std::sync::Arc;
    use tokio::sync::{Mutex, mpsc};

    type Jobs = Arc<Mutex<mpsc::UnboundedReceiver<Job>>>;

    /// A function that adds jobs, and `count` workers that share them. Each worker does one job at a time. It ends when
    /// the function has been dropped and no job is left. Without workers, jobs are dropped.
    pub fn workers(count: usize) -> (impl Fn(Job) + Send, Vec<impl Future<Output = ()> + Send>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let jobs = Arc::new(Mutex::new(receiver));
        let workers = (0..count).map(|_| work(Arc::clone(&jobs))).collect();
        let add = move |job| {
            // It fails if there are no workers. Then the job is dropped.
            let _ = sender.send(job);
        };
        (add, workers)
    }

    async fn work(jobs: Jobs) {
        // TODO: the other workers cannot take the next job while this one is being done.
        while let Some(job) = jobs.lock().await.recv().await {
            job.await;
        }
    }
}

/// With the lock and the channel of async-std.
pub mod on_async_std {
    use super::*;
    use async_std::channel::{Receiver, unbounded};
    use async_std::sync::{Arc, Mutex};

    type Jobs = Arc<Mutex<Receiver<Job>>>;

    /// The same as on tokio.
    pub fn workers(count: usize) -> (impl Fn(Job) + Send, Vec<impl Future<Output = ()> + Send>) {
        let (sender, receiver) = unbounded();
        let jobs = Arc::new(Mutex::new(receiver));
        let workers = (0..count).map(|_| work(Arc::clone(&jobs))).collect();
        let add = move |job| {
            // It fails if there are no workers. Then the job is dropped.
            let _ = sender.try_send(job);
        };
        (add, workers)
    }

    async fn work(jobs: Jobs) {
        // TODO: here as well.
        while let Ok(job) = jobs.lock().await.recv().await {
            job.await;
        }
    }
}
