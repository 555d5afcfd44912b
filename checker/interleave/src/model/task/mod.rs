//! Async tasks: how they are scheduled, polled, cancelled and awaited.
//!
//! As on real runtimes, a panic ends its task and is passed to the code that awaits it.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use trace::{Action, TaskKind, TaskState};

use crate::engine::Access;
use crate::engine::scheduler::{self, Foreign};
use crate::engine::session::{self, record};
use crate::engine::threads::Name;

use super::only_here::OnlyHere;
use super::{Object, coop};

mod acting;
mod body;
mod handle;

pub(super) use acting::Acting;
pub use acting::current;
use body::{Body, Ending, FutureBody, Outcome};
pub use handle::Task;

/// The panic payload that the code that awaits the task receives.
pub type Payload = Box<dyn Any + Send>;

/// Why a task has no result.
#[derive(Debug)]
pub enum NoResult {
    /// It was aborted, or its executor was dropped.
    Cancelled,
    /// Its future panicked.
    Panicked(Payload),
}

/// Where a task is queued for polling.
pub(super) trait Schedule {
    fn schedule(&self, task: Arc<TaskCell>);
}

/// A task, independent of its output type.
pub struct TaskCell {
    actor: usize,
    /// Counted from 1 within a schedule.
    number: u64,
    epoch: u64,
    foreign: Foreign,
    place: &'static Location<'static>,
    object: Object,
    inner: OnlyHere<Inner>,
}

struct Inner {
    schedule: Box<dyn Schedule>,
    /// How many operations one poll may make; `None` is unlimited.
    budget: Option<u32>,
    state: RefCell<State>,
}

struct State {
    /// `None` while it is polled, and after it has ended.
    body: Option<Pin<Box<dyn Body>>>,
    status: Status,
    /// It is to be cancelled as soon as no thread is polling it.
    cancelled: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// It waits to be woken.
    Suspended,
    /// It waits to be polled.
    Queued,
    Running,
    /// It was woken while it was polled.
    RunningAndWoken,
    Ended,
}

impl TaskCell {
    /// The task's entry in `Session::actors`.
    pub(super) fn actor(&self) -> usize {
        self.actor
    }

    /// A number that is unique within the schedule, counted from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Where it was spawned.
    pub fn place(&self) -> &'static Location<'static> {
        self.place
    }

    pub(super) fn has_ended(&self) -> bool {
        self.inner.get().state.borrow().status == Status::Ended
    }

    pub(super) fn is_queued(&self) -> bool {
        self.inner.get().state.borrow().status == Status::Queued
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.inner.get().state.borrow().status, Status::Running | Status::RunningAndWoken)
    }

    /// Queues the task for another poll.
    fn make_ready(self: &Arc<Self>) {
        // Which waker comes first makes no difference, so this is a read.
        self.object.touch(Access::Read);
        let inner = self.inner.get();
        {
            let mut state = inner.state.borrow_mut();
            match state.status {
                Status::Suspended => state.status = Status::Queued,
                Status::Running => state.status = Status::RunningAndWoken,
                Status::Queued | Status::RunningAndWoken | Status::Ended => return,
            }
            if state.status != Status::Queued {
                return;
            }
        }
        self.set_state(TaskState::Ready);
        inner.schedule.schedule(Arc::clone(self));
    }

    fn set_state(&self, new: TaskState) {
        session::with(|session| session.actors[self.actor].state = new);
    }

    /// Polls the task on the running thread, if it is queued.
    pub(super) fn run(self: &Arc<Self>) {
        self.object.touch(Access::Write);
        let inner = self.inner.get();
        let (body, cancelled) = {
            let mut state = inner.state.borrow_mut();
            if state.status != Status::Queued {
                return;
            }
            state.status = Status::Running;
            (state.body.take(), state.cancelled)
        };
        let mut body = body.expect("a queued task has a future");
        let torn_down = TornDown(&inner.state);
        let ending = {
            let _acting = Acting::begin(self.actor, self.number);
            if cancelled {
                Poll::Ready(body.as_mut().cancel())
            } else {
                let waker = Waker::from(Arc::clone(self));
                let poll = || body.as_mut().poll(&mut Context::from_waker(&waker));
                let ending = coop::with_budget(inner.budget, poll);
                // It may have been aborted while it was polled.
                let cancelled = ending.is_pending() && inner.state.borrow().cancelled;
                if cancelled { Poll::Ready(body.as_mut().cancel()) } else { ending }
            }
        };
        std::mem::forget(torn_down);
        match ending {
            Poll::Ready(ending) => {
                self.object.touch(Access::Write);
                inner.state.borrow_mut().status = Status::Ended;
                drop(body);
                self.ended(ending);
            }
            Poll::Pending => {
                self.object.touch(Access::Write);
                let was_woken = {
                    let mut state = inner.state.borrow_mut();
                    state.body = Some(body);
                    std::mem::replace(&mut state.status, Status::Suspended) == Status::RunningAndWoken
                };
                self.set_state(TaskState::Suspended);
                if was_woken {
                    self.make_ready();
                }
            }
        }
    }

    /// Cancels the task at once unless a thread is polling it. Returns whether the task has ended.
    pub(super) fn cancel_now(self: &Arc<Self>) -> bool {
        self.object.touch(Access::Write);
        let inner = self.inner.get();
        let body = {
            let mut state = inner.state.borrow_mut();
            state.cancelled = true;
            match state.status {
                Status::Ended => return true,
                Status::Running | Status::RunningAndWoken => return false,
                Status::Suspended | Status::Queued => state.status = Status::Ended,
            }
            state.body.take()
        };
        if let Some(mut body) = body {
            let ending = {
                let _acting = Acting::begin(self.actor, self.number);
                body.as_mut().cancel()
            };
            self.ended(ending);
        }
        true
    }

    fn ended(&self, ending: Ending) {
        let state = match ending {
            Ending::Returned => TaskState::Ended,
            Ending::Panicked => TaskState::Panicked,
            Ending::Cancelled => TaskState::Cancelled,
        };
        self.set_state(state);
    }

    /// Requests that the task is cancelled at its next await. Returns whether it had not ended yet.
    pub fn abort(self: &Arc<Self>) -> bool {
        self.object.point(Access::Write);
        {
            let mut state = self.inner.get().state.borrow_mut();
            if state.status == Status::Ended {
                return false;
            }
            state.cancelled = true;
        }
        self.make_ready();
        true
    }

    /// Whether the task has ended.
    pub fn is_finished(&self) -> bool {
        self.object.point(Access::Read);
        let ended = self.has_ended();
        if !ended {
            scheduler::yield_now();
        }
        ended
    }
}

/// Ends a task whose poll is unwound with the schedule, so that no thread waits for it.
struct TornDown<'a>(&'a RefCell<State>);

impl Drop for TornDown<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().status = Status::Ended;
    }
}

impl Wake for TaskCell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.foreign.is_known(self.epoch) {
            self.make_ready();
        }
    }
}

impl fmt::Debug for TaskCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Creates a task that has not been scheduled yet.
pub(super) fn new<F: Future + 'static>(
    kind: &'static str,
    budget: Option<u32>,
    place: &'static Location<'static>,
    future: F,
    schedule: impl FnOnce(usize) -> Box<dyn Schedule>,
) -> Task<F::Output>
where
    F::Output: 'static,
{
    let known = session::with(|session| {
        let name = session.name(Name::Counted(kind));
        let actor = session.add_actor(TaskKind::Async, name);
        session.started_tasks += 1;
        (actor, session.started_tasks, session.epoch, Foreign::of(session))
    });
    let (actor, number, epoch, foreign) = known.expect(scheduler::OUTSIDE);
    record(place, |_| Action::Spawns { child: actor });
    let outcome = Arc::new(Outcome::default());
    let body = FutureBody::new(future, Arc::clone(&outcome), place);
    let state = State { body: Some(Box::pin(body)), status: Status::Queued, cancelled: false };
    let inner = Inner { schedule: schedule(actor), budget, state: RefCell::new(state) };
    let object = Object::of_unknown_origin("task");
    object.announce();
    let cell = Arc::new(TaskCell { actor, number, epoch, foreign, place, object, inner: OnlyHere::new(inner) });
    Task::new(cell, outcome)
}

impl TaskCell {
    /// Schedules a new task for the first time.
    pub(super) fn start(self: &Arc<Self>) {
        self.inner.get().schedule.schedule(Arc::clone(self));
        scheduler::local_point();
    }

    /// Cancels a new task that no executor will run.
    pub(super) fn refuse(self: &Arc<Self>) {
        self.cancel_now();
    }
}

/// Lets other tasks run first.
pub async fn yield_now(place: &'static Location<'static>) {
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        record(place, |_| Action::Yields);
        scheduler::yield_now();
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
