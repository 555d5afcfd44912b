//! verdict: failing-test every_check_begins_at_the_first_poll
//! Polls each check when it is collected, with no waker, so the checks begin although their future is not polled.
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
    let mut nobody = Context::from_waker(std::task::Waker::noop());
    let begun = checks.into_iter().map(|check| {
        let mut future = Box::pin(check);
        match future.as_mut().poll(&mut nobody) {
            Poll::Ready(answer) => Check::Ended(answer),
            Poll::Pending => Check::Running(future),
        }
    });
    Checks { checks: begun.collect() }
}

impl<F: Future> Future for Checks<F> {
    type Output = Vec<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<F::Output>> {
        let this = self.get_mut();
        let mut all_ended = true;
        for check in &mut this.checks {
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
