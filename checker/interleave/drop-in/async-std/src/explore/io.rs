//! `async_std::io` on the clock of the schedule.

use std::time::Duration;

use super::timeout::within;

#[doc(no_inline)]
pub use real::io::*;

/// See [`real::io::timeout`].
///
/// # Errors
///
/// The error of `future`, or an error if the time limit expires.
pub async fn timeout<F, T>(limit: Duration, future: F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let late = || Err(Error::new(ErrorKind::TimedOut, "future timed out"));
    within(limit, future).await.unwrap_or_else(late)
}
