#![doc = include_str!("../README.md")]

#[cfg(feature = "explore")]
pub mod explore;
mod harness;
mod oracle;

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

pub use harness::{DEFAULT_SCHEDULES, Test, deadlock, run};
pub use oracle::{Cancelled, CountingWaker, HighWater, Inside, cancel_at_every_await, rounds, settle, yield_now};
