//! verdict: panic any_number_of_checks_run_at_the_same_time
//! Notes in the bits of a `u64` which checks have ended, so there is no room for a 65th check.
//!
//! The checks of a payment. Each asks a service of its own: the limits of the account, fraud, sanctions.

use std::pin::Pin;
use std::task::{Context, Poll};

pub struct Checks<F: Future> {
    checks: Vec<Option<Pin<Box<F>>>>,
    answers: Vec<Option<F::Output>>,
    ended: u64,
}
impl<F: Future> Unpin for Checks<F> {}
pub fn run<F: Future>(checks: impl IntoIterator<Item = F>) -> Checks<F> {
    let checks: Vec<_> = checks.into_iter().map(|check| Some(Box::pin(check))).collect();
    Checks { answers: checks.iter().map(|_| None).collect(), checks, ended: 0 }
}
impl<F: Future> Future for Checks<F> {
    type Output = Vec<F::Output>;
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<F::Output>> {
        let this = self.get_mut();
        for (number, slot) in this.checks.iter_mut().enumerate() {
            if this.ended & (1 << number) == 0
                && let Poll::Ready(answer) = slot.as_mut().unwrap().as_mut().poll(context)
            {
                this.ended |= 1 << number;
                *slot = None;
                this.answers[number] = Some(answer);
            }
        }
        if this.ended.count_ones() as usize == this.checks.len() {
            return Poll::Ready(this.answers.drain(..).flatten().collect());
        }
        Poll::Pending
    }
}
