//! The parts of smol that decide in which order things happen.
//!
//! Channels, `Executor` and `LocalExecutor` stay the real ones: they work under the scheduler as they are, but
//! the order in which an executor polls its tasks is its own.

use std::panic::{self, Location};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use interleave::explore::task::{self, NoResult};

pub use async_lock as lock;

#[doc(hidden)]
pub mod __interleave {
    pub use interleave::explore::task::block_on;
}

pub mod future {
    //! `smol::future` with a yield that the scheduler knows of.

    pub use interleave::explore::task::{block_on, yield_now};
    pub use real::future::*;
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    task::block_on(future)
}

/// See [`real::Task`]. Dropping it cancels the task.
#[must_use = "tasks get canceled when dropped, use `.detach()` to run them in the background"]
#[derive(Debug)]
pub struct Task<T> {
    /// `None` once it was detached.
    task: Option<task::Task<T>>,
}

#[track_caller]
pub fn spawn<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Task<T> {
    Task { task: Some(task::spawn_task(Location::caller(), future)) }
}

/// Runs blocking code, here on a task of its own like any other.
#[track_caller]
pub fn unblock<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Task<T> {
    Task { task: Some(task::spawn_task(Location::caller(), async { f() })) }
}

impl<T> Task<T> {
    /// Lets the task go on by itself.
    pub fn detach(mut self) {
        self.task = None;
    }

    /// Cancels the task and waits until it has ended; its output, if it was faster.
    pub async fn cancel(mut self) -> Option<T> {
        let task = self.task.take()?;
        task.abort();
        task.await.ok()
    }

    pub fn is_finished(&self) -> bool {
        self.task.as_ref().is_none_or(task::Task::is_finished)
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort_in_drop();
        }
    }
}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let task = self.task.as_mut().expect("a task is awaited before it ended");
        pin!(task).poll(context).map(|result| match result {
            Ok(output) => output,
            Err(NoResult::Panicked(payload)) => panic::resume_unwind(payload),
            Err(NoResult::Cancelled) => panic!("the task was cancelled"),
        })
    }
}

/// See [`real::Timer`]. Time may pass at any moment.
#[derive(Debug)]
pub struct Timer {
    polled: bool,
}

impl Timer {
    pub fn after(_duration: Duration) -> Timer {
        Timer { polled: false }
    }

    pub fn at(_instant: Instant) -> Timer {
        Timer { polled: false }
    }
}

impl Future for Timer {
    type Output = Instant;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Instant> {
        if self.polled {
            return Poll::Ready(Instant::now());
        }
        self.polled = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
