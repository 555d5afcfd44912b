//! verdict: deadlock
//! One worker needs no lock. The other workers return at once.
//!
//! Workers that take their jobs from one channel: on tokio and on async-std.

use std::pin::Pin;

/// Something to do.
pub type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// With the lock and the channel of tokio.
pub mod on_tokio {
    use super::*;
    use tokio::sync::mpsc;

    /// A function that adds jobs, and `count` workers that share them. Each worker does one job at a time. It ends when
    /// the function has been dropped and no job is left. Without workers, jobs are dropped.
    pub fn workers(count: usize) -> (impl Fn(Job) + Send, Vec<impl Future<Output = ()> + Send>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut receiver = Some(receiver);
        let workers = (0..count).map(|_| work(receiver.take())).collect();
        let add = move |job| {
            // It fails if there are no workers. Then the job is dropped.
            let _ = sender.send(job);
        };
        (add, workers)
    }

    async fn work(receiver: Option<mpsc::UnboundedReceiver<Job>>) {
        let Some(mut receiver) = receiver else { return };
        while let Some(job) = receiver.recv().await {
            job.await;
        }
    }
}

/// With the lock and the channel of async-std.
pub mod on_async_std {
    use super::*;
    use async_std::channel::{Receiver, unbounded};

    /// The same as on tokio.
    pub fn workers(count: usize) -> (impl Fn(Job) + Send, Vec<impl Future<Output = ()> + Send>) {
        let (sender, receiver) = unbounded();
        let mut receiver = Some(receiver);
        let workers = (0..count).map(|_| work(receiver.take())).collect();
        let add = move |job| {
            // It fails if there are no workers. Then the job is dropped.
            let _ = sender.try_send(job);
        };
        (add, workers)
    }

    async fn work(receiver: Option<Receiver<Job>>) {
        let Some(receiver) = receiver else { return };
        while let Ok(job) = receiver.recv().await {
            job.await;
        }
    }
}
