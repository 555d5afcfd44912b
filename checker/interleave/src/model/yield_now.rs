//! A future that lets other tasks run first.

use std::pin::Pin;
use std::task::{Context, Poll};

use crate::engine::scheduler;

/// Lets other tasks run before it completes. The scheduler learns that the awaiting task yields.
#[derive(Debug, Default)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct YieldNow {
    has_yielded: bool,
}

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.has_yielded, true) {
            return Poll::Ready(());
        }
        scheduler::yield_now();
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
