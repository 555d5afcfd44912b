//! verdict: failing-test tokio_a_dropped_worker_loses_no_job
//! A channel for each worker, and jobs are dealt out in turn: a job waits for its worker, even if that one was dropped.
//!
//! Workers that take their jobs from one channel: on tokio and on async-std.

use std::pin::Pin;

/// Something to do.
pub type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// With the lock and the channel of tokio.
pub mod on_tokio {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use tokio::sync::mpsc;

    type Jobs = mpsc::UnboundedReceiver<Job>;

    /// A function that adds jobs, and `count` workers that share them. Each worker does one job at a time. It ends when
    /// the function has been dropped and no job is left. Without workers, jobs are dropped.
    pub fn workers(count: usize) -> (impl Fn(Job) + Send, Vec<impl Future<Output = ()> + Send>) {
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..count).map(|_| mpsc::unbounded_channel()).unzip();
        let workers = receivers.into_iter().map(work).collect();
        let next = AtomicUsize::new(0);
        let add = move |job| {
            if count > 0 {
                let _ = senders[next.fetch_add(1, Relaxed) % count].send(job);
            }
        };
        (add, workers)
    }

    async fn work(mut jobs: Jobs) {
        while let Some(job) = jobs.recv().await {
            job.await;
        }
    }
}

/// With the lock and the channel of async-std.
pub mod on_async_std {
    use super::*;
    use async_std::channel::{Receiver, unbounded};
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    type Jobs = Receiver<Job>;

    /// The same as on tokio.
    pub fn workers(count: usize) -> (impl Fn(Job) + Send, Vec<impl Future<Output = ()> + Send>) {
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..count).map(|_| unbounded()).unzip();
        let workers = receivers.into_iter().map(work).collect();
        let next = AtomicUsize::new(0);
        let add = move |job| {
            if count > 0 {
                let _ = senders[next.fetch_add(1, Relaxed) % count].try_send(job);
            }
        };
        (add, workers)
    }

    async fn work(jobs: Jobs) {
        while let Ok(job) = jobs.recv().await {
            job.await;
        }
    }
}
