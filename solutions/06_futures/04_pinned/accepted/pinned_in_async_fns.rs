//! Telemetry for the jobs of a worker: how often a job is polled, and how long it has been running.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use tokio::time::sleep;

/// Runs `job`. Returns its output and the number of polls that it took.
pub async fn metered<F: Future>(job: F) -> (F::Output, u32) {
    let mut job = pin!(job);
    let mut polls = 0;
    let output = poll_fn(|context| {
        polls += 1;
        job.as_mut().poll(context)
    })
    .await;
    (output, polls)
}

/// Runs `job`. Whenever it has run for one more `period`, calls `report` with the number of periods so far.
pub async fn watched<F: Future>(job: F, period: Duration, mut report: impl FnMut(u32)) -> F::Output {
    let mut job = pin!(job);
    let mut periods = 0;
    loop {
        tokio::select! {
            biased;
            output = &mut job => return output,
            () = sleep(period) => {}
        }
        periods += 1;
        report(periods);
    }
}
