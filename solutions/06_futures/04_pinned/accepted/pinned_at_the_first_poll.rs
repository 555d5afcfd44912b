//! Telemetry for the jobs of a worker: how often a job is polled, and how long it has been running.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::timeout;

/// A job that counts its polls.
pub struct Metered<F> {
    /// Until the first poll.
    job: Option<F>,
    pinned: Option<Pin<Box<F>>>,
    polls: u32,
}

/// The job is pinned in its box, or has not been polled yet.
impl<F> Unpin for Metered<F> {}

/// Wraps `job`. The result is a future of the job's output and of the number of polls that it took.
pub fn metered<F: Future>(job: F) -> Metered<F> {
    Metered { job: Some(job), pinned: None, polls: 0 }
}

impl<F: Future> Future for Metered<F> {
    type Output = (F::Output, u32);

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        this.polls += 1;
        if let Some(job) = this.job.take() {
            this.pinned = Some(Box::pin(job));
        }
        match &mut this.pinned {
            Some(job) => job.as_mut().poll(context).map(|output| (output, this.polls)),
            None => Poll::Pending,
        }
    }
}

/// Runs `job`. Whenever it has run for one more `period`, calls `report` with the number of periods so far.
pub async fn watched<F: Future>(job: F, period: Duration, mut report: impl FnMut(u32)) -> F::Output {
    let mut job = pin!(job);
    let mut periods = 0;
    loop {
        if let Ok(output) = timeout(period, job.as_mut()).await {
            return output;
        }
        periods += 1;
        report(periods);
    }
}
