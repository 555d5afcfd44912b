//! Task handles like those of the crate async-task. smol and async-std share them.
//!
//! Source: <https://docs.rs/async-task/latest/async_task/struct.Task.html>.

use std::fmt;
use std::panic::{self, Location};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::engine::scheduler;

use super::task::{NoResult, Task};

/// The handle of a task. Dropping it cancels the task.
pub struct Handle<T> {
    /// `None` once the task is detached.
    task: Option<Task<T>>,
    /// The output will be dropped, even if the task still returns one.
    is_cancelled: bool,
    has_ended: bool,
}

impl<T> Handle<T> {
    /// Creates the handle of `task`.
    pub fn new(task: Task<T>) -> Self {
        Handle { task: Some(task), is_cancelled: false, has_ended: false }
    }

    /// Polls for the output of the task. `None` if the task was cancelled or the output has been taken. Resumes the
    /// panic of the task.
    pub fn poll_output(&mut self, context: &Context<'_>) -> Poll<Option<T>> {
        if self.has_ended {
            scheduler::local_point();
            return Poll::Ready(None);
        }
        let result = ready!(self.task_mut().poll_result(context));
        self.has_ended = true;
        Poll::Ready(match result {
            _ if self.is_cancelled => None,
            Ok(output) => Some(output),
            Err(NoResult::Cancelled) => None,
            Err(NoResult::Panicked(payload)) => panic::resume_unwind(payload),
        })
    }

    /// Cancels the task unless it has ended.
    pub fn cancel(&mut self) {
        self.is_cancelled |= self.task_mut().cell().abort();
    }

    /// Lets the task run without a handle.
    pub fn detach(mut self) {
        scheduler::local_point();
        self.task = None;
    }

    /// Whether the task has ended or was cancelled.
    pub fn is_finished(&self) -> bool {
        let finished = self.task.as_ref().is_none_or(|task| task.cell().is_finished());
        finished || self.is_cancelled
    }

    /// Where the task was spawned.
    pub fn place(&self) -> &'static Location<'static> {
        self.task.as_ref().expect(HERE).cell().place()
    }

    fn task_mut(&mut self) -> &mut Task<T> {
        self.task.as_mut().expect(HERE)
    }
}

const HERE: &str = "detaching consumes the handle";

impl<T> Drop for Handle<T> {
    fn drop(&mut self) {
        if self.task.is_some() && !self.has_ended {
            self.cancel();
        }
    }
}

impl<T> Unpin for Handle<T> {}

impl<T> Future for Handle<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        self.poll_output(context).map(|output| output.unwrap_or_else(|| polled_too_late(self.place())))
    }
}

/// Panics with the message of async-task, for a task that was spawned at `place`.
///
/// # Panics
///
/// Always.
pub fn polled_too_late(place: &'static Location<'static>) -> ! {
    scheduler::panic_at(place, "Task polled after completion")
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.task.fmt(f)
    }
}
