//! verdict: livelock
//! Never holds the lock while it waits, but never sleeps either.
//!
//! Workers that take their jobs from one channel: on tokio and on async-std.

use std::pin::Pin;

/// Something to do.
pub type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// With the lock and the channel of tokio.
pub mod on_tokio {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tokio::sync::mpsc;
    use tokio::sync::mpsc::error::TryRecvError;

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
        loop {
            let next = jobs.lock().unwrap().try_recv();
            match next {
                Ok(job) => job.await,
                Err(TryRecvError::Empty) => tokio::task::yield_now().await,
                Err(TryRecvError::Disconnected) => return,
            }
        }
    }
}

/// With the lock and the channel of async-std.
pub mod on_async_std {
    use super::*;
    use async_std::channel::{Receiver, TryRecvError, unbounded};
    use std::sync::{Arc, Mutex};

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
        loop {
            let next = jobs.lock().unwrap().try_recv();
            match next {
                Ok(job) => job.await,
                Err(TryRecvError::Empty) => async_std::task::yield_now().await,
                Err(TryRecvError::Closed) => return,
            }
        }
    }
}
