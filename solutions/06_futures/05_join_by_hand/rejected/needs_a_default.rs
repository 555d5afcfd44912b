//! verdict: compile-error E0277
//! Begins with a default for each answer, and an answer need not have one.
//!
//! The checks of a payment. Each asks a service of its own: the limits of the account, fraud, sanctions.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs checks at the same time, in one task. Ready with their answers when all of them have ended.
pub struct Checks<F: Future> {
    waiting: Vec<(usize, Pin<Box<F>>)>,
    answers: Vec<F::Output>,
}

/// Only the boxed futures have to stay where they are. A `Checks` may move.
impl<F: Future> Unpin for Checks<F> {}

/// A future of the answers of all `checks`, in the order of `checks`. Nothing begins before it is polled.
pub fn run<F: Future<Output: Default>>(checks: impl IntoIterator<Item = F>) -> Checks<F> {
    let waiting: Vec<_> = checks.into_iter().map(Box::pin).enumerate().collect();
    let answers = waiting.iter().map(|_| F::Output::default()).collect();
    Checks { waiting, answers }
}

impl<F: Future> Future for Checks<F> {
    type Output = Vec<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<F::Output>> {
        let Checks { waiting, answers } = self.get_mut();
        waiting.retain_mut(|(place, check)| match check.as_mut().poll(context) {
            Poll::Ready(answer) => {
                answers[*place] = answer;
                false
            }
            Poll::Pending => true,
        });
        if waiting.is_empty() { Poll::Ready(mem::take(answers)) } else { Poll::Pending }
    }
}
