//! verdict: compile-error E0310
//! Boxes the checks as `dyn Future`, which means `dyn Future + 'static` here: a check could not borrow.
//!
//! The checks of a payment. Each asks a service of its own: the limits of the account, fraud, sanctions.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs checks at the same time, in one task. Ready with their answers when all of them have ended.
pub struct Checks<T> {
    waiting: Vec<(usize, Pin<Box<dyn Future<Output = T> + Send>>)>,
    answers: Vec<Option<T>>,
}

/// Only the boxed futures have to stay where they are. A `Checks` may move.
impl<T> Unpin for Checks<T> {}

/// A future of the answers of all `checks`, in the order of `checks`. Nothing begins before it is polled.
pub fn run<T, F: Future<Output = T> + Send>(checks: impl IntoIterator<Item = F>) -> Checks<T> {
    let waiting: Vec<(usize, Pin<Box<dyn Future<Output = T> + Send>>)> = checks
        .into_iter()
        .map(|check| Box::pin(check) as Pin<Box<dyn Future<Output = T> + Send>>)
        .enumerate()
        .collect();
    let answers = waiting.iter().map(|_| None).collect();
    Checks { waiting, answers }
}

impl<T> Future for Checks<T> {
    type Output = Vec<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<T>> {
        let Checks { waiting, answers } = self.get_mut();
        waiting.retain_mut(|(place, check)| match check.as_mut().poll(context) {
            Poll::Ready(answer) => {
                answers[*place] = Some(answer);
                false
            }
            Poll::Pending => true,
        });
        if waiting.is_empty() { Poll::Ready(answers.drain(..).flatten().collect()) } else { Poll::Pending }
    }
}
