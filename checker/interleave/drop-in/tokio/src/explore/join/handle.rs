//! Handles of tasks.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use interleave::model::task::{self, Task, TaskCell};

use super::JoinError;

/// See [`real::task::Id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u64);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// See [`real::task::id`].
///
/// # Panics
///
/// Outside a task.
#[track_caller]
pub fn id() -> Id {
    try_id().expect("Can't get a task id when not inside a task")
}

/// See [`real::task::try_id`].
pub fn try_id() -> Option<Id> {
    task::current().map(Id)
}

/// See [`real::task::JoinHandle`].
pub struct JoinHandle<T>(Task<T>);

/// See [`real::task::AbortHandle`].
#[derive(Clone)]
pub struct AbortHandle(Arc<TaskCell>);

impl<T> UnwindSafe for JoinHandle<T> {}
impl<T> RefUnwindSafe for JoinHandle<T> {}
impl UnwindSafe for AbortHandle {}
impl RefUnwindSafe for AbortHandle {}

impl<T> JoinHandle<T> {
    pub(in crate::explore) fn new(task: Task<T>) -> Self {
        JoinHandle(task)
    }

    /// See [`real::task::JoinHandle::abort`].
    pub fn abort(&self) {
        self.0.cell().abort();
    }

    /// See [`real::task::JoinHandle::is_finished`].
    pub fn is_finished(&self) -> bool {
        self.0.cell().is_finished()
    }

    /// See [`real::task::JoinHandle::abort_handle`].
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle(Arc::clone(self.0.cell()))
    }

    /// See [`real::task::JoinHandle::id`].
    pub fn id(&self) -> Id {
        Id(self.0.cell().number())
    }

    /// Wakes `waker` when the task has ended.
    pub(in crate::explore) fn wake_at_end(&self, waker: &Waker) {
        self.0.wake_at_end(waker);
    }
}

impl<T> Unpin for JoinHandle<T> {}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let id = self.id();
        self.0.poll_result(context).map_err(|reason| JoinError::new(id, reason))
    }
}

impl<T: fmt::Debug> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("id", &self.id()).finish()
    }
}

impl AbortHandle {
    /// See [`real::task::AbortHandle::abort`].
    pub fn abort(&self) {
        self.0.abort();
    }

    /// See [`real::task::AbortHandle::is_finished`].
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    /// See [`real::task::AbortHandle::id`].
    pub fn id(&self) -> Id {
        Id(self.0.number())
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle").field("id", &self.id()).finish()
    }
}
