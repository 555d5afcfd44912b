//! Tasks that run on the one thread that awaits their set.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::Location;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::Object;
use super::executor::TASKS_PER_TURN;
use super::only_here::OnlyHere;
use super::task::{self, Schedule, Task, TaskCell};
use crate::engine::Access;

/// Tasks that stay on the thread that polls them, like those of a `LocalSet`. Clones refer to the same tasks.
#[derive(Clone)]
pub struct LocalTasks(Rc<LocalShared>);

struct LocalShared {
    ready: RefCell<VecDeque<Arc<TaskCell>>>,
    /// Wakes the thread that polls these tasks.
    poller: RefCell<Option<Waker>>,
    tasks: RefCell<Vec<Arc<TaskCell>>>,
    is_closed: Cell<bool>,
    object: Object,
}

impl std::fmt::Debug for LocalTasks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalTasks").finish_non_exhaustive()
    }
}

impl Default for LocalTasks {
    fn default() -> Self {
        LocalTasks::new()
    }
}

impl LocalTasks {
    /// Creates an empty set.
    pub fn new() -> Self {
        LocalTasks(Rc::new(LocalShared {
            ready: RefCell::default(),
            poller: RefCell::default(),
            tasks: RefCell::default(),
            is_closed: Cell::new(false),
            object: Object::of_unknown_origin("tasks"),
        }))
    }

    /// Starts a task that [`poll`](Self::poll) polls, with a budget for each poll.
    pub fn spawn<F: Future + 'static>(
        &self,
        budget: Option<u32>,
        place: &'static Location<'static>,
        future: F,
    ) -> Task<F::Output>
    where
        F::Output: 'static,
    {
        let shared = OnlyHere::new(Rc::downgrade(&self.0));
        let task = task::new("task", budget, place, future, |_| Box::new(LocalQueue(shared)));
        if self.0.is_closed.get() {
            task.cell().refuse();
        } else {
            self.0.tasks.borrow_mut().push(Arc::clone(task.cell()));
            task.cell().start();
        }
        task
    }

    /// Polls ready tasks, up to the limit of one turn. Ready when all tasks have ended.
    pub fn poll(&self, context: &Context<'_>) -> Poll<()> {
        self.0.object.touch(Access::Write);
        let old = self.0.poller.borrow_mut().replace(context.waker().clone());
        drop(old);
        for _ in 0..TASKS_PER_TURN {
            let next = self.0.ready.borrow_mut().pop_front();
            let Some(task) = next else { break };
            task.run();
        }
        if !self.0.ready.borrow().is_empty() {
            context.waker().wake_by_ref();
        }
        self.0.tasks.borrow_mut().retain(|task| !task.has_ended());
        if self.0.tasks.borrow().is_empty() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Cancels all tasks, and every later one at once.
    pub fn close(&self) {
        self.0.is_closed.set(true);
        let tasks = self.0.tasks.take();
        for task in tasks {
            task.cancel_now();
        }
        self.0.ready.borrow_mut().clear();
    }
}

struct LocalQueue(OnlyHere<Weak<LocalShared>>);

impl Schedule for LocalQueue {
    fn schedule(&self, task: Arc<TaskCell>) {
        let Some(shared) = self.0.get().upgrade() else { return };
        shared.object.touch(Access::Write);
        shared.ready.borrow_mut().push_back(task);
        let poller = shared.poller.borrow_mut().take();
        poller.into_iter().for_each(Waker::wake);
    }
}
