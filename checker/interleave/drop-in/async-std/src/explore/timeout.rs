//! The timer behind `future::timeout`, `io::timeout` and `task::sleep`.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use interleave::engine::scheduler;
use interleave::model::time::{Timer, current_time};

/// The output of `future`, or `None` if `limit` expires first. A limit beyond the end of the clock never expires.
pub(super) async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    let deadline = current_time().checked_add(limit);
    let mut timer = Timer::new();
    let mut future = pin!(future);
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        scheduler::local_point();
        match deadline {
            Some(deadline) if timer.has_come(deadline, context) => Poll::Ready(None),
            _ => Poll::Pending,
        }
    })
    .await
}
