//! What whoever started a task holds of it.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use trace::Action;

use super::body::Outcome;
use super::{NoResult, TaskCell};
use crate::engine::Access;
use crate::engine::session::{self, record};
use crate::model::coop;

/// An async task that can be awaited. Dropping it lets the task go on.
pub struct Task<T> {
    cell: Arc<TaskCell>,
    outcome: Arc<Outcome<T>>,
    /// What it does while it waits has been recorded.
    asleep: bool,
}

impl<T> Task<T> {
    pub(super) fn new(cell: Arc<TaskCell>, outcome: Arc<Outcome<T>>) -> Self {
        Task { cell, outcome, asleep: false }
    }

    /// What aborts the task and knows its number.
    pub fn cell(&self) -> &Arc<TaskCell> {
        &self.cell
    }

    /// The result once the task has ended. Until then the task of `context` is woken when it has.
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

    /// Wakes `waker` when the task has ended, or at once if it has. Not a scheduling point.
    pub fn wake_at_end(&self, waker: &Waker) {
        let waker = waker.clone();
        let (now, old) = {
            let mut state = self.outcome.state();
            if state.ended { (Some(waker), None) } else { (None, state.waiting.replace(waker)) }
        };
        drop(old);
        now.into_iter().for_each(Waker::wake);
    }

    /// The result, if the task has ended, without waiting.
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
        // Its destructor belongs to the task.
        let _numbered = Numbered::begin(self.cell.number);
        drop(output);
    }
}

/// While this lives, what the running thread does counts as that of a task.
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
