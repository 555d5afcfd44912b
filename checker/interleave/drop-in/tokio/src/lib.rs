//! tokio for exercises: the real package, in which explore mode replaces the parts that determine the order of events.

#[doc(no_inline)]
pub use real::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::{__interleave, runtime, spawn, sync, task, time};

/// The scheduler chooses which branch `tokio::select!` polls first.
#[cfg(feature = "explore")]
#[macro_export]
macro_rules! select {
    (else => $($rest:tt)*) => { $crate::__interleave::select! { else => $($rest)* } };
    (biased; $($branches:tt)*) => {{
        $crate::__interleave::has_budget().await;
        $crate::__interleave::select! { biased; $($branches)* }
    }};
    ($pattern:pat = $($rest:tt)*) => {{
        $crate::__interleave::has_budget().await;
        $crate::__interleave::select!(@{ start={ $crate::__interleave::first_branch(BRANCHES) }; () } $pattern = $($rest)*)
    }};
    ($($branches:tt)*) => { $crate::__interleave::select! { $($branches)* } };
}

#[cfg(not(feature = "explore"))]
#[doc(hidden)]
pub mod __interleave {
    use std::time::Duration;

    /// The runtime of a test in real mode.
    pub enum Flavor {
        /// The test does not specify it: one thread and a paused clock.
        Any,
        /// One thread and a paused clock.
        CurrentThread,
        /// This many worker threads and real time.
        MultiThread(usize),
    }

    /// On a paused clock, this time passes at once when every task sleeps. A test takes this long only in a deadlock.
    const LIMIT: Duration = Duration::from_secs(3600);

    pub fn block_on(flavor: Flavor, test: impl Future<Output = ()>) {
        match flavor {
            Flavor::Any | Flavor::CurrentThread => {
                let runtime = real::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
                let ended = runtime
                    .expect("a runtime of one thread starts")
                    .block_on(async { real::time::timeout(LIMIT, test).await });
                if ended.is_err() {
                    interleave::deadlock("every task is waiting, and none woke in an hour of simulated time");
                }
            }
            Flavor::MultiThread(workers) => real::runtime::Builder::new_multi_thread()
                .worker_threads(workers)
                .enable_all()
                .build()
                .expect("a runtime of several threads starts")
                .block_on(test),
        }
    }
}
