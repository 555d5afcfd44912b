//! Handles of tasks.

use std::fmt;
use std::future::poll_fn;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use interleave::engine::{Access, scheduler};
use interleave::model::{Awaited, Handle, polled_too_late};

/// See [`real::Task`].
#[must_use = "tasks get canceled when dropped, use `.detach()` to run them in the background"]
pub struct Task<T>(Kind<T>);

/// See [`async_task::FallibleTask`].
#[must_use = "tasks get canceled when dropped, use `.detach()` to run them in the background"]
pub struct FallibleTask<T>(Task<T>);

enum Kind<T> {
    /// A task of the global executor or a blocking job.
    Global(Handle<T>),
    /// A task of an [`Executor`](super::Executor) or a [`LocalExecutor`](super::LocalExecutor).
    Own(OwnTask<T>),
}

/// A task of a real executor.
struct OwnTask<T> {
    /// `None` once it is detached, and while it is cancelled.
    task: Option<async_task::FallibleTask<T>>,
    awaited: Awaited,
}

impl<T> UnwindSafe for Task<T> {}
impl<T> RefUnwindSafe for Task<T> {}
impl<T> UnwindSafe for FallibleTask<T> {}
impl<T> RefUnwindSafe for FallibleTask<T> {}

impl<T> Task<T> {
    pub(super) fn global(handle: Handle<T>) -> Self {
        Task(Kind::Global(handle))
    }

    pub(super) fn own(task: real::Task<T>, awaited: Awaited) -> Self {
        Task(Kind::Own(OwnTask { task: Some(task.fallible()), awaited }))
    }

    /// See [`real::Task::detach`].
    pub fn detach(self) {
        match self.0 {
            Kind::Global(handle) => handle.detach(),
            Kind::Own(own) => own.detach(),
        }
    }

    /// See [`real::Task::cancel`].
    pub async fn cancel(self) -> Option<T> {
        match self.0 {
            Kind::Global(mut handle) => {
                handle.cancel();
                poll_fn(|context| handle.poll_output(context)).await
            }
            Kind::Own(own) => own.cancel().await,
        }
    }

    /// See [`real::Task::fallible`].
    pub fn fallible(self) -> FallibleTask<T> {
        FallibleTask(self)
    }

    /// See [`real::Task::is_finished`].
    pub fn is_finished(&self) -> bool {
        match &self.0 {
            Kind::Global(handle) => handle.is_finished(),
            Kind::Own(own) => own.is_finished(),
        }
    }

    /// See [`real::Task::metadata`].
    pub fn metadata(&self) -> &() {
        &()
    }

    fn poll_output(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
        match &mut self.0 {
            Kind::Global(handle) => handle.poll_output(context),
            Kind::Own(own) => own.poll_output(context),
        }
    }
}

impl<T> OwnTask<T> {
    fn detach(mut self) {
        self.awaited.point(Access::Write);
        if let Some(task) = self.task.take() {
            task.detach();
        }
    }

    async fn cancel(mut self) -> Option<T> {
        self.awaited.point(Access::Write);
        let mut cancelled = pin!(self.task.take()?.cancel());
        poll_fn(|context| self.awaited.poll(|| cancelled.as_mut().poll(context))).await
    }

    fn is_finished(&self) -> bool {
        self.awaited.point(Access::Read);
        let finished = self.task.as_ref().is_none_or(async_task::FallibleTask::is_finished);
        if !finished {
            scheduler::yield_now();
        }
        finished
    }

    fn poll_output(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(task) = &mut self.task else { return Poll::Ready(None) };
        self.awaited.poll(|| Pin::new(task).poll(context))
    }
}

impl<T> Drop for OwnTask<T> {
    fn drop(&mut self) {
        if self.task.is_some() {
            self.awaited.point(Access::Write);
        }
    }
}

impl<T> Unpin for Task<T> {}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match &mut self.0 {
            Kind::Global(handle) => Pin::new(handle).poll(context),
            Kind::Own(own) => {
                let output = ready!(own.poll_output(context));
                Poll::Ready(output.unwrap_or_else(|| polled_too_late(own.awaited.place())))
            }
        }
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Global(handle) => handle.fmt(f),
            Kind::Own(own) => own.task.fmt(f),
        }
    }
}

impl<T> FallibleTask<T> {
    /// See [`async_task::FallibleTask::detach`].
    pub fn detach(self) {
        self.0.detach();
    }

    /// See [`async_task::FallibleTask::cancel`].
    pub async fn cancel(self) -> Option<T> {
        self.0.cancel().await
    }

    /// See [`async_task::FallibleTask::is_finished`].
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

impl<T> Future for FallibleTask<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_output(context)
    }
}

impl<T> fmt::Debug for FallibleTask<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FallibleTask").field(&self.0).finish()
    }
}
