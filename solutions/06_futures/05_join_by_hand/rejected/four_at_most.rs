//! verdict: failing-test any_history_ends_with_all_answers
//! Polls no more than four checks at once, and takes the others for ended. The answer of a fifth one is missing.
//!
//! The checks of a payment. Each asks a service of its own: the limits of the account, fraud, sanctions.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs checks at the same time, in one task. Ready with their answers when all of them have ended.
pub struct Checks<F: Future> {
    checks: Vec<Check<F>>,
}

/// A check runs until it has ended. Then only its answer is kept.
enum Check<F: Future> {
    Running(Pin<Box<F>>),
    Ended(F::Output),
}

/// Only the boxed futures have to stay where they are. A `Checks` may move.
impl<F: Future> Unpin for Checks<F> {}

/// A future of the answers of all `checks`, in the order of `checks`. Nothing begins before it is polled.
pub fn run<F: Future>(checks: impl IntoIterator<Item = F>) -> Checks<F> {
    Checks { checks: checks.into_iter().map(|check| Check::Running(Box::pin(check))).collect() }
}

impl<F: Future> Future for Checks<F> {
    type Output = Vec<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<F::Output>> {
        let this = self.get_mut();
        let mut all_ended = true;
        for check in this.checks.iter_mut().take(4) {
            if let Check::Running(future) = check {
                match future.as_mut().poll(context) {
                    Poll::Ready(answer) => *check = Check::Ended(answer),
                    Poll::Pending => all_ended = false,
                }
            }
        }
        if !all_ended {
            return Poll::Pending;
        }
        let answers = mem::take(&mut this.checks).into_iter().filter_map(|check| match check {
            Check::Ended(answer) => Some(answer),
            Check::Running(_) => None,
        });
        Poll::Ready(answers.collect())
    }
}
