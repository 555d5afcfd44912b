//! The handle of a task.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use trace::Action;

use super::body::Outcome;
use super::{NoResult, TaskCell};
use crate::engine::Access;
use crate::engine::session::{self, record};
use crate::model::coop;

/// An async task that can be awaited. Dropping the handle lets the task run on.
pub struct Task<T> {
    cell: Arc<TaskCell>,
    outcome: Arc<Outcome<T>>,
    /// Whether it has been recorded as waiting.
    asleep: bool,
}

impl<T> Task<T> {
    pub(super) fn new(cell: Arc<TaskCell>, outcome: Arc<Outcome<T>>) -> Self {
        Task { cell, outcome, asleep: false }
    }

    /// The task itself, to abort it or read its number.
    pub fn cell(&self) -> &Arc<TaskCell> {
        &self.cell
    }

    /// The result once the task has ended. Until then, the task of `context` will be woken at its end.
    pub fn poll_result(&mut self, context: &Context<'_>) -> Poll<Result<T, NoResult>> {
        self.cell.object.point(Access::Write);
        let budget = ready!(coop::proceed(context));
        let (other, place) = (self.cell.actor, self.cell.place);
        let waker = context.waker().clone();
        let (result, old) = {
            let mut state = self.outcome.state();
            match state.result.take() {
                None if !state.ended => (None, state.waiting.replace(waker)),
                result => (result, Some(waker)),
            }
        };
        drop(old);
        budget.spend_if(result.is_some());
        match result {
            None => {
                if !std::mem::replace(&mut self.asleep, true) {
                    record(place, |_| Action::Joins { other });
                }
                Poll::Pending
            }
            Some(result) => {
                if self.asleep {
                    record(place, |_| Action::Joined { other });
                }
                Poll::Ready(result)
            }
        }
    }

    /// Wakes `waker` when the task ends, or at once if it has ended. Not a scheduling point.
    pub fn wake_at_end(&self, waker: &Waker) {
        let waker = waker.clone();
        let (now, old) = {
            let mut state = self.outcome.state();
            if state.ended { (Some(waker), None) } else { (None, state.waiting.replace(waker)) }
        };
        drop(old);
        now.into_iter().for_each(Waker::wake);
    }

    /// The result if the task has ended. Does not wait.
    pub fn try_take(&self) -> Option<Result<T, NoResult>> {
        self.cell.object.point(Access::Write);
        self.outcome.state().result.take()
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        let (output, old) = {
            let mut state = self.outcome.state();
            state.is_unwanted = true;
            (state.result.take(), state.waiting.take())
        };
        drop(old);
        // The output's destructor runs on behalf of the task.
        let _numbered = Numbered::begin(self.cell.number);
        drop(output);
    }
}

/// While this lives, the running thread has the number of a task.
struct Numbered(Option<u64>);

impl Numbered {
    fn begin(number: u64) -> Self {
        Numbered(session::with(|session| session.thread().task.replace(number)).flatten())
    }
}

impl Drop for Numbered {
    fn drop(&mut self) {
        session::with(|session| session.thread().task = self.0);
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cell.fmt(f)
    }
}
