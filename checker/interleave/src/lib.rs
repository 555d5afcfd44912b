#![doc = include_str!("../README.md")]

#[cfg(feature = "explore")]
pub mod engine;
#[cfg(feature = "explore")]
mod explore;
mod harness;
#[cfg(feature = "explore")]
pub mod model;
mod oracle;
mod panics;
#[cfg(not(feature = "explore"))]
mod real;
mod report;

/// Turns a function into a test: `fn` for threads, `async fn` for tasks.
///
/// | option | means | default |
/// |---|---|---|
/// | `runtime = "tokio"` | `"tokio"`, `"smol"` or `"async-std"`; the exercise depends on that package | `"tokio"` |
/// | `flavor = "multi_thread"` | real mode, tokio: several threads and real time, instead of one thread and a paused clock | `"current_thread"` |
/// | `schedules = 5_000` | how many interleavings are explored | [`DEFAULT_SCHEDULES`] |
/// | `real_only` | not explored: what the test is about exists on the real runtime only | explored |
///
/// ```ignore
/// #[interleave::test]
/// async fn no_money_is_lost() { … }
/// ```
pub use interleave_macros::test;

#[doc(hidden)]
pub use harness::deadlock;
#[doc(hidden)]
pub use harness::{Conclude, DEFAULT_SCHEDULES, Test, conclude, run};
pub use oracle::{Cancelled, CountingWaker, HighWater, Inside, cancel_at_every_await, rounds, settle, yield_now};
