use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use interleave::model::time::{Timer, after};

/// Waits for `future`, but not longer than `limit`.
pub(super) async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    let deadline = after(limit);
    let mut future = pin!(future);
    let mut timer = Timer::new();
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if timer.has_come(deadline, context) => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}
