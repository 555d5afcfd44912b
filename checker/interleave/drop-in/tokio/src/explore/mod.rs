//! The parts of tokio that decide in which order things happen.
//!
//! `sync` is the real one with a scheduling point around each operation, so its queues are as fair as they are.
//! `oneshot`, `watch`, `broadcast`, `Barrier` and `OnceCell` are the real ones as they are. Runtimes, `LocalSet`
//! and intervals are not explored.

pub mod sync;
pub mod task;
pub mod time;

pub use task::spawn;

#[doc(hidden)]
pub mod __interleave {
    pub use real::select;

    /// Which threads a test runs on matters in real mode only.
    pub enum Flavor {
        CurrentThread,
        MultiThread,
    }

    pub fn block_on(_flavor: Flavor, test: impl Future<Output = ()>) {
        interleave::explore::task::block_on(test);
    }
}
