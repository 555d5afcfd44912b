//! Where tasks are polled: by workers with a queue, on their own threads, on blocking threads, or in `block_on`.

use std::cell::Cell;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Wake, Waker};

use trace::TaskKind;

use super::{Role, Shared};
use crate::engine::threads::{self, Name};
use crate::engine::{Access, scheduler};
use crate::model::only_here::OnlyHere;
use crate::model::task::{Schedule, TaskCell};

/// Wakes the thread that is blocked in `block_on`, and marks its future for polling.
pub(super) struct MainWaker {
    pub(super) woken: OnlyHere<Cell<bool>>,
    pub(super) thread: Waker,
}

impl Wake for MainWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(woken) = self.woken.try_get() {
            woken.set(true);
        }
        // The thread's own waker detects callers that the scheduler does not know.
        self.thread.wake_by_ref();
    }
}

/// Tasks that wait in the executor's queue for a worker.
pub(super) struct Queued(pub(super) Weak<Shared>);

impl Schedule for Queued {
    fn schedule(&self, task: Arc<TaskCell>) {
        let Some(shared) = self.0.upgrade() else { return };
        shared.object.touch(Access::Write);
        if !shared.is_shut_down.get() {
            shared.ready.borrow_mut().push_back(task);
            shared.wake_one();
        }
    }
}

/// A task with its own thread.
pub(super) struct OwnThread {
    pub(super) shared: Weak<Shared>,
    /// `None` until it has started.
    pub(super) thread: Cell<Option<usize>>,
}

impl Schedule for OwnThread {
    fn schedule(&self, task: Arc<TaskCell>) {
        if let Some(thread) = self.thread.get() {
            scheduler::unblock(thread);
            return;
        }
        let Some(shared) = self.shared.upgrade() else { return };
        let started = threads::start_as(task.actor(), move || {
            let _started = (shared.settings.on_start)(Role::Worker);
            while !task.has_ended() {
                task.run();
                threads::wait_until(None, || task.is_queued() || task.has_ended());
            }
            let leaving = shared.leaving.take();
            leaving.into_iter().for_each(Waker::wake);
        });
        self.thread.set(Some(started.id));
    }
}

/// A job for the blocking threads.
pub(super) struct BlockingJob(pub(super) Weak<Shared>);

impl Schedule for BlockingJob {
    fn schedule(&self, job: Arc<TaskCell>) {
        let Some(shared) = self.0.upgrade() else { return };
        shared.object.touch(Access::Write);
        {
            let mut blocking = shared.blocking.borrow_mut();
            if blocking.running >= shared.settings.most_blocking {
                blocking.queue.push_back(job);
                return;
            }
            blocking.running += 1;
        }
        shared.threads.set(shared.threads.get() + 1);
        let ends = Rc::clone(&shared);
        let run = move || {
            let _started = (shared.settings.on_start)(Role::Blocking);
            let mut next = Some(job);
            while let Some(job) = next {
                job.run();
                shared.object.touch(Access::Write);
                next = shared.blocking.borrow_mut().queue.pop_front();
            }
        };
        let end = move || {
            ends.blocking.borrow_mut().running -= 1;
            ends.thread_ended();
        };
        let name = Name::Worker("blocking thread".to_owned());
        threads::start(TaskKind::Worker, name, run, end);
    }
}

/// The right to poll the tasks from within `block_on`, which one thread has at a time.
pub(super) struct Driver<'a>(&'a Shared);

impl<'a> Driver<'a> {
    pub(super) fn become_one(shared: &'a Shared) -> Option<Self> {
        (!shared.is_driven.replace(true)).then_some(Driver(shared))
    }
}

impl Drop for Driver<'_> {
    fn drop(&mut self) {
        self.0.is_driven.set(false);
        // Another thread that waits in `block_on` may take over.
        self.0.wake_one();
    }
}
