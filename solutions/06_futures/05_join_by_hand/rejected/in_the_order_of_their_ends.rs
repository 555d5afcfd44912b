//! verdict: failing-test the_answers_are_in_the_order_of_the_checks
//! Collects the answers as they come, so the answer of the quickest check is the first.
//!
//! The checks of a payment. Each asks a service of its own: the limits of the account, fraud, sanctions.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs checks at the same time, in one task. Ready with their answers when all of them have ended.
pub struct Checks<F: Future> {
    waiting: Vec<Pin<Box<F>>>,
    answers: Vec<F::Output>,
}

/// Only the boxed futures have to stay where they are. A `Checks` may move.
impl<F: Future> Unpin for Checks<F> {}

/// A future of the answers of all `checks`, in the order of `checks`. Nothing begins before it is polled.
pub fn run<F: Future>(checks: impl IntoIterator<Item = F>) -> Checks<F> {
    Checks { waiting: checks.into_iter().map(Box::pin).collect(), answers: Vec::new() }
}

impl<F: Future> Future for Checks<F> {
    type Output = Vec<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<F::Output>> {
        let Checks { waiting, answers } = self.get_mut();
        waiting.retain_mut(|check| match check.as_mut().poll(context) {
            Poll::Ready(answer) => {
                answers.push(answer);
                false
            }
            Poll::Pending => true,
        });
        if waiting.is_empty() { Poll::Ready(mem::take(answers)) } else { Poll::Pending }
    }
}
