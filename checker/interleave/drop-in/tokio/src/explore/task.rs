//! `tokio::task` under the scheduler.

use std::any::Any;
use std::fmt;
use std::panic::Location;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use interleave::explore::task::{self, NoResult};

pub use interleave::explore::task::yield_now;
pub use real::task::*;

/// See [`real::task::JoinHandle`].
#[derive(Debug)]
pub struct JoinHandle<T>(task::Task<T>);

/// See [`real::task::JoinError`].
pub struct JoinError(NoResult);

/// See [`real::task::AbortHandle`].
#[derive(Clone, Debug)]
pub struct AbortHandle(task::AbortHandle);

#[track_caller]
pub fn spawn<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    JoinHandle(task::spawn_task(Location::caller(), future))
}

/// Runs blocking code, here on a task of its own like any other.
#[track_caller]
pub fn spawn_blocking<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    JoinHandle(task::spawn_task(Location::caller(), async { f() }))
}

pub fn block_in_place<T>(f: impl FnOnce() -> T) -> T {
    f()
}

impl<T> JoinHandle<T> {
    pub fn abort(&self) {
        self.0.abort();
    }

    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle(self.0.abort_handle())
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        pin!(&mut self.0).poll(context).map_err(JoinError)
    }
}

impl AbortHandle {
    pub fn abort(&self) {
        self.0.abort();
    }

    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

impl JoinError {
    pub fn is_cancelled(&self) -> bool {
        matches!(self.0, NoResult::Cancelled)
    }

    pub fn is_panic(&self) -> bool {
        matches!(self.0, NoResult::Panicked(_))
    }

    /// # Panics
    ///
    /// If the task was cancelled and did not panic.
    pub fn into_panic(self) -> Box<dyn Any + Send + 'static> {
        self.try_into_panic().expect("the task did not panic")
    }

    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send + 'static>, JoinError> {
        match self.0 {
            NoResult::Panicked(payload) => Ok(payload),
            NoResult::Cancelled => Err(self),
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_panic() { "JoinError::Panic" } else { "JoinError::Cancelled" })
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_panic() { "task panicked" } else { "task was cancelled" })
    }
}

impl std::error::Error for JoinError {}

/// See [`real::task::JoinSet`]. Dropping it cancels its tasks.
#[derive(Debug)]
pub struct JoinSet<T> {
    tasks: Vec<task::Task<T>>,
}

impl<T: 'static> JoinSet<T> {
    pub fn new() -> Self {
        JoinSet { tasks: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    #[track_caller]
    pub fn spawn(&mut self, future: impl Future<Output = T> + Send + 'static) -> AbortHandle
    where
        T: Send,
    {
        let task = task::spawn_task(Location::caller(), future);
        let handle = AbortHandle(task.abort_handle());
        self.tasks.push(task);
        handle
    }

    /// Waits for a task to end; of several that have ended, the one that was spawned first.
    pub async fn join_next(&mut self) -> Option<Result<T, JoinError>> {
        if self.tasks.is_empty() {
            return None;
        }
        std::future::poll_fn(|context| {
            for at in 0..self.tasks.len() {
                if let Poll::Ready(result) = pin!(&mut self.tasks[at]).poll(context) {
                    drop(self.tasks.remove(at));
                    return Poll::Ready(Some(result.map_err(JoinError)));
                }
            }
            Poll::Pending
        })
        .await
    }

    /// # Panics
    ///
    /// If a task panicked.
    pub async fn join_all(mut self) -> Vec<T> {
        let mut outputs = Vec::new();
        while let Some(result) = self.join_next().await {
            match result.map_err(JoinError::try_into_panic) {
                Ok(output) => outputs.push(output),
                Err(Ok(payload)) => std::panic::resume_unwind(payload),
                Err(Err(cancelled)) => panic!("{cancelled}"),
            }
        }
        outputs
    }

    pub fn abort_all(&mut self) {
        self.tasks.iter().for_each(task::Task::abort);
    }

    pub async fn shutdown(&mut self) {
        self.abort_all();
        while self.join_next().await.is_some() {}
    }

    /// Lets the tasks go on by themselves.
    pub fn detach_all(&mut self) {
        self.tasks.clear();
    }
}

impl<T: 'static> Default for JoinSet<T> {
    fn default() -> Self {
        JoinSet::new()
    }
}

impl<T> Drop for JoinSet<T> {
    fn drop(&mut self) {
        self.tasks.iter().for_each(task::Task::abort_in_drop);
    }
}
