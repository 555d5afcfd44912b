//! The parts of async-std that decide in which order things happen. Channels stay the real ones.

#[doc(hidden)]
pub mod __interleave {
    pub use interleave::explore::task::block_on;
}

pub mod sync {
    //! `async_std::sync`, whose locks are async-lock's.

    pub use async_lock::{
        Mutex, MutexGuard, MutexGuardArc, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
    };
    pub use std::sync::{Arc, Weak};
}

pub mod future {
    //! `async_std::future` with a timeout that may run out at any moment.

    use std::time::Duration;

    pub use real::future::*;

    /// See [`real::future::TimeoutError`].
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct TimeoutError;

    impl std::fmt::Display for TimeoutError {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("future has timed out")
        }
    }

    impl std::error::Error for TimeoutError {}

    pub async fn timeout<F: Future>(_limit: Duration, future: F) -> Result<F::Output, TimeoutError> {
        interleave::explore::task::timeout(future).await.ok_or(TimeoutError)
    }
}

pub mod task {
    //! `async_std::task` under the scheduler.

    use std::panic::{self, Location};
    use std::pin::{Pin, pin};
    pub use std::task::{Context, Poll};
    use std::time::Duration;

    use interleave::explore::task::{self, NoResult};
    pub use interleave::explore::task::{block_on, yield_now};
    pub use real::task::*;

    /// See [`real::task::JoinHandle`]. Dropping it lets the task go on by itself.
    #[derive(Debug)]
    pub struct JoinHandle<T>(task::Task<T>);

    #[track_caller]
    pub fn spawn<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        JoinHandle(task::spawn_task(Location::caller(), future))
    }

    /// Runs blocking code, here on a task of its own like any other.
    #[track_caller]
    pub fn spawn_blocking<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        JoinHandle(task::spawn_task(Location::caller(), async { f() }))
    }

    pub async fn sleep(_duration: Duration) {
        task::sleep().await;
    }

    impl<T> JoinHandle<T> {
        /// Cancels the task and waits until it has ended; its output, if it was faster.
        pub async fn cancel(self) -> Option<T> {
            self.0.abort();
            self.0.await.ok()
        }
    }

    impl<T> Future for JoinHandle<T> {
        type Output = T;

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
            pin!(&mut self.0).poll(context).map(|result| match result {
                Ok(output) => output,
                Err(NoResult::Panicked(payload)) => panic::resume_unwind(payload),
                Err(NoResult::Cancelled) => panic!("the task was cancelled"),
            })
        }
    }
}
