//! Time limits on the clock of the schedule.

use std::time::Duration;

use async_std::future::{pending, timeout};
use async_std::{io, task};
use interleave::model::time::current_time;
use trace::FailureKind;

use crate::mistakes::explore;

const MS: Duration = Duration::from_millis(1);

#[test]
fn time_limits_are_exact() {
    explore(|| async {
        task::sleep(5 * MS).await;
        assert_eq!(current_time(), 5 * MS);
        let late = timeout(3 * MS, pending::<()>()).await.unwrap_err();
        assert_eq!((late.to_string().as_str(), current_time()), ("future has timed out", 8 * MS));
        assert_eq!(timeout(2 * MS, async { task::sleep(MS).await }).await, Ok(()));
        assert_eq!(current_time(), 9 * MS);
        // Both are due at the same time, and the future is polled first.
        assert_eq!(timeout(MS, task::sleep(MS)).await, Ok(()));
        let late = io::timeout(MS, pending::<io::Result<()>>()).await.unwrap_err();
        assert_eq!((late.kind(), current_time()), (io::ErrorKind::TimedOut, 11 * MS));
    })
    .expect("nothing is wrong");
}

/// The end of time is not a deadline: a test that nothing wakes is a deadlock, not a very long wait.
#[test]
fn a_limit_beyond_the_end_of_time_deadlocks() {
    let failure = explore(|| async {
        task::sleep(MS).await;
        task::sleep(Duration::MAX).await;
    });
    assert_eq!(failure.expect_err("it never passes").kind, FailureKind::Deadlock);
}
