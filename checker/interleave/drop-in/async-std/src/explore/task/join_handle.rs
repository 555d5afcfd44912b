//! Handles of tasks.

use std::future::poll_fn;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

use interleave::model::Handle;

use super::Task;

/// See [`real::task::JoinHandle`].
#[derive(Debug)]
pub struct JoinHandle<T> {
    /// `None` while this is dropped or cancelled.
    handle: Option<Handle<T>>,
    task: Task,
}

impl<T> UnwindSafe for JoinHandle<T> {}
impl<T> RefUnwindSafe for JoinHandle<T> {}

const HERE: &str = "the handle is here until it is dropped or cancelled";

impl<T> JoinHandle<T> {
    pub(super) fn new(handle: Handle<T>, task: Task) -> Self {
        JoinHandle { handle: Some(handle), task }
    }

    /// See [`real::task::JoinHandle::task`].
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// See [`real::task::JoinHandle::cancel`].
    pub async fn cancel(mut self) -> Option<T> {
        let mut handle = self.handle.take().expect(HERE);
        handle.cancel();
        poll_fn(|context| handle.poll_output(context)).await
    }
}

impl<T> Drop for JoinHandle<T> {
    /// Lets the task run on.
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.detach();
        }
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        Pin::new(self.handle.as_mut().expect(HERE)).poll(context)
    }
}
