//! The checks of a payment. Each asks a service of its own: the limits of the account, fraud, sanctions.

use std::future::poll_fn;
use std::task::Poll;

/// A future of the answers of all `checks`, in the order of `checks`. Nothing begins before it is polled.
pub async fn run<F: Future>(checks: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut checks: Vec<_> = checks.into_iter().map(|check| (Some(Box::pin(check)), None)).collect();
    poll_fn(|context| {
        let mut waiting = 0;
        for (running, answer) in &mut checks {
            if let Some(check) = running {
                match check.as_mut().poll(context) {
                    Poll::Ready(output) => (*running, *answer) = (None, Some(output)),
                    Poll::Pending => waiting += 1,
                }
            }
        }
        if waiting == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    checks.into_iter().filter_map(|(_, answer)| answer).collect()
}
