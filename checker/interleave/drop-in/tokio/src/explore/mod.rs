//! The parts of tokio that determine the order of events, or the time.
//!
//! `sync` is the real one with a scheduling point around each operation, so its queues are as fair as the real ones.
//! Runtimes, tasks and time are modelled.

mod join;
pub mod runtime;
pub mod sync;
pub mod task;
pub mod time;

pub use task::spawn;

#[doc(hidden)]
pub mod __interleave {
    #[doc(no_inline)]
    pub use real::select;

    use std::task::Poll;

    use interleave::engine::scheduler::{ExecutorChoice, choose, choose_executor};
    use interleave::model::coop;

    use super::runtime::{Flavor as RuntimeFlavor, Runtime};

    /// The runtime of a test.
    pub enum Flavor {
        /// The test does not specify it: one thread in some schedules, a thread per task in others.
        Any,
        /// One thread.
        CurrentThread,
        /// This many worker threads.
        MultiThread(usize),
    }

    pub fn block_on(flavor: Flavor, test: impl Future<Output = ()>) {
        let flavor = match flavor {
            Flavor::CurrentThread => RuntimeFlavor::CurrentThread,
            Flavor::MultiThread(workers) => RuntimeFlavor::MultiThread(workers),
            Flavor::Any => match choose_executor() {
                ExecutorChoice::OneWorker => RuntimeFlavor::CurrentThread,
                ExecutorChoice::ThreadEach => RuntimeFlavor::ThreadEach,
            },
        };
        Leave(Some(Runtime::of(flavor))).block_on(test);
    }

    /// A runtime that is dropped waits for blocking tasks. After a panic of the test nobody may be left to end them, and
    /// the panic is what the test is about.
    struct Leave(Option<Runtime>);

    impl Leave {
        fn block_on(&self, test: impl Future<Output = ()>) {
            self.0.as_ref().expect("it is taken when this is dropped").block_on(test);
        }
    }

    impl Drop for Leave {
        fn drop(&mut self) {
            if let Some(runtime) = self.0.take().filter(|_| std::thread::panicking()) {
                runtime.shutdown_background();
            }
        }
    }

    /// `select!` awaits this before it polls anything: budget for one operation.
    pub async fn has_budget() {
        std::future::poll_fn(|context| match coop::left() {
            Some(0) => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            _ => Poll::Ready(()),
        })
        .await;
    }

    /// The branch that `select!` polls first.
    pub fn first_branch(branches: u32) -> u32 {
        choose(branches as usize) as u32
    }
}
