//! `async_std::future` on the clock of the schedule.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::timeout::within;

#[doc(no_inline)]
pub use real::future::*;

/// See [`real::future::TimeoutError`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TimeoutError {
    _private: (),
}

impl fmt::Display for TimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("future has timed out")
    }
}

impl Error for TimeoutError {}

/// See [`real::future::timeout`].
///
/// # Errors
///
/// If the time limit expires.
pub async fn timeout<F, T>(limit: Duration, future: F) -> Result<T, TimeoutError>
where
    F: Future<Output = T>,
{
    within(limit, future).await.ok_or(TimeoutError { _private: () })
}
