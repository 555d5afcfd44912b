//! `tokio::time` on the clock of the schedule.

mod instant;
mod interval;
mod sleep;
mod timeout;

pub use std::time::Duration;

pub use instant::Instant;
pub use interval::{Interval, interval, interval_at};
pub use real::time::MissedTickBehavior;
pub use sleep::{Sleep, sleep, sleep_until};
pub use timeout::{Timeout, timeout, timeout_at};

pub mod error {
    //! See [`real::time::error`].

    pub use super::timeout::Elapsed;
    pub use real::time::error::Error;
}

/// See [`real::time::pause`]: the clock of a schedule always is.
pub fn pause() {}

/// See [`real::time::resume`]: the clock of a schedule never runs by itself.
pub fn resume() {}

/// See [`real::time::advance`].
pub async fn advance(duration: Duration) {
    interleave::model::time::advance(duration);
    super::task::yield_now().await;
}
