//! tokio, as exercises see it: the real package, or, in explore mode, with the parts replaced that decide
//! in which order things happen.

pub use real::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::{__interleave, spawn, sync, task, time};

/// `tokio::select!` looks at its branches in random order; under the scheduler it must not, or the same schedule
/// would not always end the same way.
#[cfg(feature = "explore")]
#[macro_export]
macro_rules! select {
    (biased; $($branches:tt)*) => { $crate::__interleave::select! { biased; $($branches)* } };
    ($($branches:tt)*) => { $crate::__interleave::select! { biased; $($branches)* } };
}

#[cfg(not(feature = "explore"))]
#[doc(hidden)]
pub mod __interleave {
    use std::time::Duration;

    /// What a test runs on in real mode.
    pub enum Flavor {
        /// One thread and a paused clock.
        CurrentThread,
        /// Two worker threads and real time.
        MultiThread,
    }

    /// On a paused clock this long passes at once when every task sleeps: nothing but a deadlock takes it.
    const LIMIT: Duration = Duration::from_secs(3600);

    pub fn block_on(flavor: Flavor, test: impl Future<Output = ()>) {
        match flavor {
            Flavor::CurrentThread => {
                let runtime = real::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
                let ended = runtime
                    .expect("a runtime of one thread starts")
                    .block_on(async { real::time::timeout(LIMIT, test).await });
                if ended.is_err() {
                    interleave::deadlock(
                        "every task waits, and an hour of the paused clock has woken none of them: \
                         each waits for what another one holds or was to send",
                    );
                }
            }
            Flavor::MultiThread => real::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("a runtime of two threads starts")
                .block_on(test),
        }
    }
}
