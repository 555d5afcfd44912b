//! A task's access to itself.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use interleave::model;

use super::local;

/// See [`real::task::TaskId`]. Counted from 1 within a schedule.
#[derive(Eq, PartialEq, Clone, Copy, Hash, Debug)]
pub struct TaskId(usize);

impl TaskId {
    fn next() -> Self {
        static LAST: u8 = 0;

        let last: Rc<Cell<usize>> = model::global((&raw const LAST).addr(), Cell::default);
        last.set(last.get() + 1);
        TaskId(last.get())
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// See [`real::task::Task`].
#[derive(Clone)]
pub struct Task {
    id: TaskId,
    name: Option<Arc<str>>,
}

impl Task {
    pub(super) fn new(name: Option<String>) -> Self {
        Task { id: TaskId::next(), name: name.map(Arc::from) }
    }

    /// See [`real::task::Task::id`].
    pub fn id(&self) -> TaskId {
        self.id
    }

    /// See [`real::task::Task::name`].
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("id", &self.id()).field("name", &self.name()).finish()
    }
}

/// See [`real::task::current`].
///
/// # Panics
///
/// Outside a task.
#[track_caller]
pub fn current() -> Task {
    try_current().expect("`task::current()` called outside the context of a task")
}

/// See [`real::task::try_current`].
pub fn try_current() -> Option<Task> {
    local::current().map(|locals| locals.task().clone())
}
