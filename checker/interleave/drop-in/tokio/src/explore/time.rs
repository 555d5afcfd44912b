//! `tokio::time` under the scheduler, where time may pass at any moment.

use std::fmt;
pub use std::time::Duration;

pub use real::time::*;

pub mod error {
    //! See [`real::time::error`].

    pub use super::Elapsed;
    pub use real::time::error::Error;
}

/// See [`real::time::error::Elapsed`].
#[derive(Debug, PartialEq, Eq)]
pub struct Elapsed(());

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deadline has elapsed")
    }
}

impl std::error::Error for Elapsed {}

pub async fn sleep(_duration: Duration) {
    interleave::explore::task::sleep().await;
}

pub async fn sleep_until(_deadline: Instant) {
    interleave::explore::task::sleep().await;
}

pub async fn timeout<F: IntoFuture>(_limit: Duration, future: F) -> Result<F::Output, Elapsed> {
    interleave::explore::task::timeout(future.into_future()).await.ok_or(Elapsed(()))
}

pub async fn timeout_at<F: IntoFuture>(_deadline: Instant, future: F) -> Result<F::Output, Elapsed> {
    interleave::explore::task::timeout(future.into_future()).await.ok_or(Elapsed(()))
}
