#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

#[cfg(feature = "explore")]
pub mod engine;
#[cfg(feature = "explore")]
mod explore;
mod harness;
#[cfg(feature = "explore")]
pub mod model;
mod oracle;
mod origin;
mod others;
mod panics;
mod random;
#[cfg(not(feature = "explore"))]
mod real;
mod report;
mod stack;
#[cfg(not(feature = "explore"))]
mod standing;
mod test_fn;

/// Turns a function into a test that runs in both modes: `fn` for threads, `async fn` for tasks. The function may
/// return a `Result`.
///
/// | option | meaning | default |
/// |---|---|---|
/// | `runtime = "tokio"` | of an `async fn`: `"tokio"`, `"smol"` or `"async-std"`; the exercise depends on that package | `"tokio"` |
/// | `flavor = "multi_thread"` | tokio: several worker threads, and in real mode a real clock; or `"current_thread"`: one thread in both modes | real mode: one thread and a paused clock; explore mode: one worker, and then a thread for each task |
/// | `worker_threads = 2` | tokio: how many worker threads; implies `flavor = "multi_thread"` | 2 |
/// | `schedules = 5_000` | explore mode: how many interleavings are sampled if there are too many to run them all | [`DEFAULT_SCHEDULES`] |
/// | `steps = 50_000` | explore mode: after this many steps of one interleaving, the threads take turns; after fifty times as many, it is a livelock | 20,000 |
/// | `early_deadlines` | explore mode: a sleep or timeout may also end while other threads can run | deadlines are exact |
/// | `spurious_wakes` | explore mode: `park` and condition variables may also wake without a notification, at most twice per thread | they wake only when notified |
/// | `real_only` | explore mode ignores the test, because it tests something that exists only on the real runtime | both modes run it |
///
/// ```ignore
/// #[interleave::test]
/// async fn no_money_is_lost() { … }
///
/// #[interleave::test(worker_threads = 2, early_deadlines)]
/// async fn a_late_answer_is_not_lost() -> Result<(), Elapsed> { … }
/// ```
pub use interleave_macros::test;

#[doc(hidden)]
pub use harness::run;
pub use oracle::{
    Cancelled, CountingWaker, Draws, HighWater, Histories, Inside, Notes, cancel_at_every_await, histories,
    like_the_model, rounds, settle, yield_now,
};
#[doc(hidden)]
pub use others::Watch;
#[doc(hidden)]
pub use test_fn::{Conclude, DEFAULT_SCHEDULES, Stuck, Test, conclude, deadlock, livelock};
