//! verdict: failing-test a_future_that_was_spawned_a_second_ago
//! Believes that a task runs only when its handle is awaited, like a future.
//!
//! Eight ways to use a future. `work` is an `async fn`: it begins, sleeps for a minute, and ends.

/// How far `work` has come when `here()` is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// None of its body has run.
    NotBegun,
    /// It has begun, and has not ended.
    Begun,
    /// It has run to its end.
    Ended,
    /// Not predicted yet.
    Unsaid,
}

// `SECOND` is a second, `MINUTE` a minute. All tasks share one thread.

/// ```ignore
/// let future = work();
/// sleep(SECOND).await;
/// here();
/// ```
pub const CALLED: Progress = Progress::NotBegun;

/// ```ignore
/// let task = tokio::spawn(work());
/// here();
/// ```
pub const SPAWNED: Progress = Progress::NotBegun;

/// ```ignore
/// let task = tokio::spawn(work());
/// sleep(SECOND).await;
/// here();
/// ```
pub const SPAWNED_A_SECOND_AGO: Progress = Progress::NotBegun;

/// ```ignore
/// tokio::join!(work(), async { here() });
/// ```
pub const JOINED_AS_THE_FIRST: Progress = Progress::Begun;

/// ```ignore
/// tokio::join!(async { here() }, work());
/// ```
pub const JOINED_AS_THE_SECOND: Progress = Progress::NotBegun;

/// ```ignore
/// let _ = timeout(SECOND, work()).await;
/// sleep(2 * MINUTE).await;
/// here();
/// ```
pub const TIMED_OUT: Progress = Progress::Begun;

/// ```ignore
/// let task = tokio::spawn(work());
/// let _ = timeout(SECOND, task).await;
/// sleep(2 * MINUTE).await;
/// here();
/// ```
pub const HANDLE_TIMED_OUT: Progress = Progress::Ended;

/// ```ignore
/// let result = tokio::task::spawn_blocking(|| work()).await;
/// here();
/// ```
pub const CALLED_ON_A_THREAD: Progress = Progress::NotBegun;
