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

/// How far a future is that was polled before `here()` or not, and was last polled after its minute or not.
const fn progress(polled_by_then: bool, polled_after_a_minute: bool) -> Progress {
    match (polled_by_then, polled_after_a_minute) {
        (false, _) => Progress::NotBegun,
        (true, false) => Progress::Begun,
        (true, true) => Progress::Ended,
    }
}

// `SECOND` is a second, `MINUTE` a minute. All tasks share one thread.

/// ```ignore
/// let future = work();
/// sleep(SECOND).await;
/// here();
/// ```
pub const CALLED: Progress = progress(false, false);

/// ```ignore
/// let task = tokio::spawn(work());
/// here();
/// ```
pub const SPAWNED: Progress = progress(false, false);

/// ```ignore
/// let task = tokio::spawn(work());
/// sleep(SECOND).await;
/// here();
/// ```
pub const SPAWNED_A_SECOND_AGO: Progress = progress(true, false);

/// ```ignore
/// tokio::join!(work(), async { here() });
/// ```
pub const JOINED_AS_THE_FIRST: Progress = progress(true, false);

/// ```ignore
/// tokio::join!(async { here() }, work());
/// ```
pub const JOINED_AS_THE_SECOND: Progress = progress(false, false);

/// ```ignore
/// let _ = timeout(SECOND, work()).await;
/// sleep(2 * MINUTE).await;
/// here();
/// ```
pub const TIMED_OUT: Progress = progress(true, false);

/// ```ignore
/// let task = tokio::spawn(work());
/// let _ = timeout(SECOND, task).await;
/// sleep(2 * MINUTE).await;
/// here();
/// ```
pub const HANDLE_TIMED_OUT: Progress = progress(true, true);

/// ```ignore
/// let result = tokio::task::spawn_blocking(|| work()).await;
/// here();
/// ```
pub const CALLED_ON_A_THREAD: Progress = progress(false, false);
