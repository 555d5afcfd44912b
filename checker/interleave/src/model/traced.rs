//! Tasks of executors that are not modelled.
//!
//! A real executor polls its tasks from within a future of the test, so it works under the scheduler unchanged.
//! [`Traced`] makes each of its tasks an actor of the trace, and keeps the kit's unwinding out of the executor.

use std::panic::{self, AssertUnwindSafe, Location};
use std::pin::Pin;
use std::task::{Context, Poll};

use trace::{Action, TaskKind, TaskState};

use super::Object;
use super::task::Acting;
use crate::engine::session::{self, record, record_panic};
use crate::engine::threads::Name;
use crate::engine::{Access, scheduler};

/// A future that becomes a task of a real executor.
#[derive(Debug)]
pub struct Traced<F> {
    /// `None` outside a schedule.
    actor: Option<Actor>,
    /// `None` once it has ended.
    future: Option<AbortIfDropPanics<F>>,
    place: &'static Location<'static>,
}

#[derive(Clone, Copy, Debug)]
struct Actor {
    id: usize,
    /// The task's number within its schedule.
    number: u64,
}

impl Actor {
    fn new() -> Option<Self> {
        session::with(|session| {
            let name = session.name(Name::Counted("task"));
            session.started_tasks += 1;
            Actor { id: session.add_actor(TaskKind::Async, name), number: session.started_tasks }
        })
    }
}

impl<F: Future> Traced<F> {
    /// Creates a task that is spawned at `place`, and the part for its handle.
    pub fn new(place: &'static Location<'static>, future: F) -> (Self, Awaited) {
        scheduler::local_point();
        let actor = Actor::new();
        if let Some(actor) = actor {
            record(place, |_| Action::Spawns { child: actor.id });
        }
        let awaited = Awaited { actor, object: Object::of_unknown_origin("task"), place, is_waiting: false };
        (Traced { actor, future: Some(AbortIfDropPanics::new(future)), place }, awaited)
    }
}

impl<F> Traced<F> {
    fn acting(&self) -> Option<Acting> {
        self.actor.map(|actor| Acting::begin(actor.id, actor.number))
    }

    fn set_state(&self, state: TaskState) {
        if let Some(actor) = self.actor {
            session::with(|session| session.actors[actor.id].state = state);
        }
    }

    fn end(&mut self, state: TaskState) {
        let future = self.future.take();
        drop(future);
        self.set_state(state);
    }
}

impl<F: Future> Future for Traced<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _acting = self.acting();
        let future = self.future.as_mut().expect("`async fn` resumed after completion");
        match scheduler::catch(|| Pin::new(future).poll(context)) {
            Ok(Poll::Pending) => {
                self.set_state(TaskState::Suspended);
                Poll::Pending
            }
            Ok(Poll::Ready(output)) => {
                record(self.place, |_| Action::Ends);
                self.end(TaskState::Ended);
                Poll::Ready(output)
            }
            Err(payload) => {
                record_panic();
                self.end(TaskState::Panicked);
                panic::resume_unwind(payload);
            }
        }
    }
}

impl<F> Drop for Traced<F> {
    fn drop(&mut self) {
        if self.future.is_some() {
            let _acting = self.acting();
            self.end(TaskState::Cancelled);
        }
    }
}

/// A future whose destructor must not panic: the crate async-task aborts the process in that case. The kit's own
/// unwinding stops here as well.
#[derive(Debug)]
pub struct AbortIfDropPanics<F>(Option<Pin<Box<F>>>);

impl<F> AbortIfDropPanics<F> {
    /// Wraps `future`.
    pub fn new(future: F) -> Self {
        AbortIfDropPanics(Some(Box::pin(future)))
    }
}

impl<F: Future> Future for AbortIfDropPanics<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.0.as_mut().expect("the future is here until this is dropped").as_mut().poll(context)
    }
}

impl<F> Drop for AbortIfDropPanics<F> {
    fn drop(&mut self) {
        /// Unwinding out of here aborts the process, with a message from the runtime that the panic hook sees.
        extern "C" fn abort() {
            panic::resume_unwind(Box::new(()));
        }

        let future = self.0.take();
        if panic::catch_unwind(AssertUnwindSafe(|| drop(future))).is_err() && !crate::engine::ending::is_ending() {
            abort();
        }
    }
}

/// The other end of a [`Traced`] task, for its handle.
#[derive(Debug)]
pub struct Awaited {
    actor: Option<Actor>,
    object: Object,
    place: &'static Location<'static>,
    /// Whether the task or thread that awaits it is recorded as waiting.
    is_waiting: bool,
}

impl Awaited {
    /// A scheduling point before an operation on the task.
    pub fn point(&self, access: Access) {
        self.object.point(access);
    }

    /// Where the task was spawned.
    pub fn place(&self) -> &'static Location<'static> {
        self.place
    }

    /// Waits for the task with `poll`.
    pub fn poll<T>(&mut self, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        self.point(Access::Write);
        let polled = poll();
        if let Some(Actor { id: other, .. }) = self.actor {
            match &polled {
                Poll::Pending if !self.is_waiting => record(self.place, |_| Action::Joins { other }),
                Poll::Ready(_) if self.is_waiting => record(self.place, |_| Action::Joined { other }),
                _ => {}
            }
        }
        self.is_waiting = polled.is_pending();
        polled
    }
}
