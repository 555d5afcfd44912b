//! `tokio::time` on the clock of the schedule.

mod instant;
mod interval;
mod sleep;
mod timeout;

use std::task::Poll;
#[doc(no_inline)]
pub use std::time::Duration;

pub use instant::Instant;
pub use interval::{Interval, interval, interval_at};
#[doc(no_inline)]
pub use real::time::MissedTickBehavior;
pub use sleep::{Sleep, sleep, sleep_until};
pub use timeout::{Timeout, timeout, timeout_at};

pub mod error {
    //! See [`real::time::error`].

    pub use super::timeout::Elapsed;
    #[doc(no_inline)]
    pub use real::time::error::Error;
}

/// See [`real::time::pause`].
#[track_caller]
pub fn pause() {
    super::runtime::time::pause();
}

/// See [`real::time::resume`]. The clock of a schedule still moves only when no thread can run.
#[track_caller]
pub fn resume() {
    super::runtime::time::resume();
}

/// See [`real::time::advance`].
pub async fn advance(duration: Duration) {
    super::runtime::time::assert_paused();
    interleave::engine::scheduler::point();
    interleave::model::time::advance(duration);
    // The other tasks run first. This is not a yield, which would let even more time pass.
    let mut has_yielded = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
