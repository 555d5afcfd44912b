//! The future of a task: polling it, cancelling it, and its result.

use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker, ready};

use trace::Action;

use super::NoResult;
use crate::engine::scheduler::catch;
use crate::engine::session::{record, record_panic};
use crate::model::thread::lock;

/// The future of a task, with the place for its output.
pub(super) trait Body {
    /// Polls the future and stores its output or panic. Returns how it ended, once it has.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Ending>;
    /// Drops the future.
    fn cancel(self: Pin<&mut Self>) -> Ending;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Returned,
    Panicked,
    Cancelled,
}

pub(super) struct FutureBody<F: Future> {
    /// `None` once it has ended.
    future: Option<Pin<Box<F>>>,
    outcome: Arc<Outcome<F::Output>>,
    place: &'static Location<'static>,
}

impl<F: Future> FutureBody<F> {
    pub(super) fn new(future: F, outcome: Arc<Outcome<F::Output>>, place: &'static Location<'static>) -> Self {
        FutureBody { future: Some(Box::pin(future)), outcome, place }
    }

    /// Drops the future, whose destructors may panic, and ends with `result`. If a destructor panics, a cancelled task
    /// ends with that panic; a task that has returned keeps its result.
    fn end(&mut self, result: Result<F::Output, NoResult>) -> Ending {
        let future = self.future.take();
        let dropped = catch(|| drop(future));
        let result = match (result, dropped) {
            (Err(NoResult::Cancelled), Err(payload)) => Err(NoResult::Panicked(payload)),
            (result, _) => result,
        };
        let ending = match &result {
            Ok(_) => Ending::Returned,
            Err(NoResult::Panicked(_)) => Ending::Panicked,
            Err(NoResult::Cancelled) => Ending::Cancelled,
        };
        self.outcome.end(result);
        ending
    }
}

impl<F: Future> Body for FutureBody<F> {
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Ending> {
        let future = self.future.as_mut().expect("a task is polled until it has ended");
        let result = match catch(|| future.as_mut().poll(context)) {
            Ok(output) => {
                let output = ready!(output);
                record(self.place, |_| Action::Ends);
                Ok(output)
            }
            Err(payload) => {
                record_panic();
                Err(NoResult::Panicked(payload))
            }
        };
        Poll::Ready(self.end(result))
    }

    fn cancel(mut self: Pin<&mut Self>) -> Ending {
        self.end(Err(NoResult::Cancelled))
    }
}

impl<F: Future> Drop for FutureBody<F> {
    fn drop(&mut self) {
        if self.future.is_some() {
            self.end(Err(NoResult::Cancelled));
        }
    }
}

/// The result of a task and its waiters.
pub(super) struct Outcome<T>(Mutex<OutcomeState<T>>);

pub(super) struct OutcomeState<T> {
    pub(super) ended: bool,
    pub(super) result: Option<Result<T, NoResult>>,
    /// The result will not be asked for.
    pub(super) is_unwanted: bool,
    pub(super) waiting: Option<Waker>,
}

impl<T> Default for Outcome<T> {
    fn default() -> Self {
        Outcome(Mutex::new(OutcomeState { ended: false, result: None, is_unwanted: false, waiting: None }))
    }
}

impl<T> Outcome<T> {
    pub(super) fn state(&self) -> MutexGuard<'_, OutcomeState<T>> {
        lock(&self.0)
    }

    fn end(&self, result: Result<T, NoResult>) {
        let mut result = Some(result);
        let waiting = {
            let mut state = self.state();
            state.ended = true;
            if !state.is_unwanted {
                state.result = result.take();
            }
            state.waiting.take()
        };
        // A panic in the destructor of an unwanted output must not end the executor.
        let _ = catch(|| drop(result));
        waiting.into_iter().for_each(Waker::wake);
    }
}
