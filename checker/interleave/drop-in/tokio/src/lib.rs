//! tokio for exercises: the real package, in which explore mode replaces the parts that determine the order of events.

#![warn(missing_docs)]

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
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex, PoisonError};
    use std::time::Duration;

    use real::time::Instant;

    /// The runtime of a test in real mode.
    pub enum Flavor {
        /// The test does not specify it: one thread and a paused clock.
        Any,
        /// One thread and a paused clock.
        CurrentThread,
        /// This many worker threads and real time.
        MultiThread(usize),
    }

    /// On a paused clock, this time passes at once when every task and every thread of the process sleeps, so only a
    /// deadlock takes this long. Where the system does not show what threads do, the clock overtakes a thread of the test
    /// that works while all tasks sleep.
    const LIMIT: Duration = Duration::from_secs(3600);

    /// If the thread of the tasks went to sleep so often in so short a time before the limit, tasks wake again and again.
    /// It also wakes a few times on the way to a distant deadline, as tokio keeps these in coarse slots.
    const OFTEN: usize = 10;
    const RECENT: Duration = Duration::from_secs(600);

    const AGAIN: &str = "not done after an hour of simulated time, and not asleep either: a task sleeps for a while, \
                         looks again and sleeps again. Does it wait for something that does not come?";

    pub fn block_on(flavor: Flavor, test: impl Future<Output = ()>) {
        match flavor {
            Flavor::Any | Flavor::CurrentThread => {
                let watch = interleave::Watch::begin();
                let slept = Arc::new(Mutex::new(VecDeque::new()));
                let sleeps = Arc::clone(&slept);
                let runtime = real::runtime::Builder::new_current_thread()
                    .enable_all()
                    .start_paused(true)
                    // The thread that watched is gone when it is not needed. Otherwise it would wait for another job with a
                    // time limit, and the process would not look like one that stands still.
                    .thread_keep_alive(Duration::from_millis(1))
                    // While a blocking task runs, a paused clock stands still.
                    .on_thread_park(move || {
                        let mut sleeps = sleeps.lock().unwrap_or_else(PoisonError::into_inner);
                        sleeps.truncate(OFTEN - 1);
                        sleeps.push_front(Instant::now());
                        drop(sleeps);
                        watch.before_time_passes(|watch| drop(real::task::spawn_blocking(watch)));
                    })
                    .build();
                let runtime = Leave::if_it_panics(runtime.expect("a runtime of one thread starts"));
                let is_over = runtime.block_on(async {
                    let ended = real::time::timeout(LIMIT, test).await;
                    let slept = slept.lock().unwrap_or_else(PoisonError::into_inner);
                    let wakes_again = slept.get(OFTEN - 1).is_some_and(|first| first.elapsed() < RECENT);
                    ended.err().map(|_| wakes_again)
                });
                match is_over {
                    None => {}
                    Some(true) => interleave::livelock(AGAIN),
                    Some(false) => interleave::deadlock(&asleep(runtime.spawned())),
                }
            }
            Flavor::MultiThread(workers) => {
                let runtime = real::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build();
                Leave::if_it_panics(runtime.expect("a runtime of several threads starts")).block_on(test);
            }
        }
    }

    /// The test and this many tasks sleep.
    fn asleep(tasks: usize) -> String {
        let who = match tasks {
            0 => "the test is".to_owned(),
            1 => "the test and the task that it spawned are both".to_owned(),
            tasks => format!("the test and the {tasks} tasks that it spawned are all"),
        };
        format!("after an hour of simulated time, {who} still waiting, for something that does not come")
    }

    /// A runtime that is dropped waits for blocking tasks. After a panic of the test nobody may be left to end them, and
    /// the panic is what the test is about.
    struct Leave(Option<real::runtime::Runtime>);

    impl Leave {
        fn if_it_panics(runtime: real::runtime::Runtime) -> Self {
            Leave(Some(runtime))
        }

        /// How many tasks that were spawned have not ended.
        fn spawned(&self) -> usize {
            self.0.as_ref().map_or(0, |runtime| runtime.metrics().num_alive_tasks())
        }

        fn block_on<T>(&self, test: impl Future<Output = T>) -> T {
            self.0.as_ref().expect("it is taken when this is dropped").block_on(test)
        }
    }

    impl Drop for Leave {
        fn drop(&mut self) {
            if let Some(runtime) = self.0.take().filter(|_| std::thread::panicking()) {
                runtime.shutdown_background();
            }
        }
    }
}
