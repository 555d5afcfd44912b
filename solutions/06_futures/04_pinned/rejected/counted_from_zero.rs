//! verdict: failing-test a_job_is_reported_once_per_period
//! Reports before it counts, so the first report says 0 periods.
//!
//! Telemetry for the jobs of a worker: how often a job is polled, and how long it has been running.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::timeout;

/// A job that counts its polls.
pub struct Metered<F> {
    job: Pin<Box<F>>,
    polls: u32,
}

/// Wraps `job`. The result is a future of the job's output and of the number of polls that it took.
pub fn metered<F: Future>(job: F) -> Metered<F> {
    Metered { job: Box::pin(job), polls: 0 }
}

impl<F: Future> Future for Metered<F> {
    type Output = (F::Output, u32);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.polls += 1;
        let polled = self.job.as_mut().poll(context);
        polled.map(|output| (output, self.polls))
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
        report(periods);
        periods += 1;
    }
}
