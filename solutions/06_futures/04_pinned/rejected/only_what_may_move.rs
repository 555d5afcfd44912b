//! verdict: compile-error cannot be unpinned
//! Follows the advice of the compiler and asks for `F: Unpin`. The future of an `async fn` is not, so hardly any job can be metered.
//!
//! Telemetry for the jobs of a worker: how often a job is polled, and how long it has been running.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::timeout;

/// A job that counts its polls.
pub struct Metered<F> {
    job: F,
    polls: u32,
}

/// Wraps `job`. The result is a future of the job's output and of the number of polls that it took.
pub fn metered<F: Future + Unpin>(job: F) -> Metered<F> {
    Metered { job, polls: 0 }
}

impl<F: Future + Unpin> Future for Metered<F> {
    type Output = (F::Output, u32);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.polls += 1;
        let polled = Pin::new(&mut self.job).poll(context);
        polled.map(|output| (output, self.polls))
    }
}

/// Runs `job`. Whenever it has run for one more `period`, calls `report` with the number of periods so far.
pub async fn watched<F: Future + Unpin>(mut job: F, period: Duration, mut report: impl FnMut(u32)) -> F::Output {
    let mut periods = 0;
    loop {
        if let Ok(output) = timeout(period, &mut job).await {
            return output;
        }
        periods += 1;
        report(periods);
    }
}
