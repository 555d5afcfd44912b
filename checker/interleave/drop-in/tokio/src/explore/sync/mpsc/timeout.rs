//! `send_timeout` of `tokio::sync::mpsc`.

use std::panic::Location;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::explore::runtime::time;
use interleave::engine::scheduler;
use interleave::model::time::{Timer, after};

/// Waits for `future`, but at most for `limit`.
pub(super) async fn within<F: Future>(
    limit: Duration,
    place: &'static Location<'static>,
    future: F,
) -> Option<F::Output> {
    if let Err(refusal) = time::refusal() {
        scheduler::panic_at(place, refusal);
    }
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
