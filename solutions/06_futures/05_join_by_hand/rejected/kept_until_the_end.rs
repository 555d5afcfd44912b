//! verdict: failing-test a_check_that_has_ended_is_dropped
//! Keeps the future of a check that has ended beside its answer, with its connection and all that it holds, until all have ended.
//!
//! The checks of a payment. Each asks a service of its own: the limits of the account, fraud, sanctions.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs checks at the same time, in one task. Ready with their answers when all of them have ended.
pub struct Checks<F: Future> {
    checks: Vec<Check<F>>,
}

struct Check<F: Future> {
    future: Pin<Box<F>>,
    answer: Option<F::Output>,
}

/// Only the boxed futures have to stay where they are. A `Checks` may move.
impl<F: Future> Unpin for Checks<F> {}

/// A future of the answers of all `checks`, in the order of `checks`. Nothing begins before it is polled.
pub fn run<F: Future>(checks: impl IntoIterator<Item = F>) -> Checks<F> {
    Checks { checks: checks.into_iter().map(|check| Check { future: Box::pin(check), answer: None }).collect() }
}

impl<F: Future> Future for Checks<F> {
    type Output = Vec<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<F::Output>> {
        let this = self.get_mut();
        let mut all_ended = true;
        for check in &mut this.checks {
            if check.answer.is_none() {
                match check.future.as_mut().poll(context) {
                    Poll::Ready(answer) => check.answer = Some(answer),
                    Poll::Pending => all_ended = false,
                }
            }
        }
        if !all_ended {
            return Poll::Pending;
        }
        let answers = mem::take(&mut this.checks).into_iter().filter_map(|check| check.answer);
        Poll::Ready(answers.collect())
    }
}
