//! verdict: failing-test a_check_that_has_ended_is_not_polled_again
//! Polls all checks at every poll until all are ready at once. One that has ended panics when it is polled again.
//!
//! The checks of a payment. Each asks a service of its own: the limits of the account, fraud, sanctions.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs checks at the same time, in one task. Ready with their answers when all of them have ended.
pub struct Checks<F: Future> {
    checks: Vec<Pin<Box<F>>>,
}

/// A future of the answers of all `checks`, in the order of `checks`. Nothing begins before it is polled.
pub fn run<F: Future>(checks: impl IntoIterator<Item = F>) -> Checks<F> {
    Checks { checks: checks.into_iter().map(Box::pin).collect() }
}

impl<F: Future> Future for Checks<F> {
    type Output = Vec<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<F::Output>> {
        let polled: Vec<_> = self.get_mut().checks.iter_mut().map(|check| check.as_mut().poll(context)).collect();
        if polled.iter().any(Poll::is_pending) {
            return Poll::Pending;
        }
        let answers = polled.into_iter().filter_map(|polled| match polled {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        });
        Poll::Ready(answers.collect())
    }
}
