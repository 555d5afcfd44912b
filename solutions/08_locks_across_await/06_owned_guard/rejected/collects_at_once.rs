//! verdict: failing-test tokio_collect_waits_and_takes_all_results
//! `collect` takes the results that are there and does not wait for the job under way.
//!
//! A machine that does one job at a time, in the background: on tokio and on async-std.

/// The interface of both machines.
pub trait Worker<T> {
    /// Waits until the machine is free, starts `job` and returns. The machine is taken until the job has ended, and the
    /// job goes on if `self` is dropped. A `begin` that is dropped while it waits does nothing.
    fn begin(&self, job: impl Future<Output = T> + Send + 'static) -> impl Future<Output = ()> + Send;

    /// Waits until the machine is free and takes the results of all jobs, in the order in which the jobs began.
    fn collect(&self) -> impl Future<Output = Vec<T>> + Send;
}

/// With the lock and the tasks of tokio.
pub mod on_tokio {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tokio::sync::Semaphore;

    pub struct Machine<T> {
        free: Arc<Semaphore>,
        results: Arc<Mutex<Vec<T>>>,
    }

    impl<T> Machine<T> {
        /// A machine that has no job.
        pub fn idle() -> Self {
            Self { free: Arc::new(Semaphore::new(1)), results: Arc::default() }
        }
    }

    impl<T: Send + 'static> Worker<T> for Machine<T> {
        async fn begin(&self, job: impl Future<Output = T> + Send + 'static) {
            let permit = Arc::clone(&self.free).acquire_owned().await.expect("it is never closed");
            let results = Arc::clone(&self.results);
            tokio::spawn(async move {
                let result = job.await;
                results.lock().unwrap().push(result);
                drop(permit);
            });
        }

        async fn collect(&self) -> Vec<T> {
            std::mem::take(&mut *self.results.lock().unwrap())
        }
    }
}

/// With the lock and the tasks of async-std.
pub mod on_async_std {
    use super::*;
    use smol::lock::Semaphore;
    use std::sync::{Arc, Mutex};

    pub struct Machine<T> {
        free: Arc<Semaphore>,
        results: Arc<Mutex<Vec<T>>>,
    }

    impl<T> Machine<T> {
        /// A machine that has no job.
        pub fn idle() -> Self {
            Self { free: Arc::new(Semaphore::new(1)), results: Arc::default() }
        }
    }

    impl<T: Send + 'static> Worker<T> for Machine<T> {
        async fn begin(&self, job: impl Future<Output = T> + Send + 'static) {
            let permit = self.free.acquire_arc().await;
            let results = Arc::clone(&self.results);
            async_std::task::spawn(async move {
                let result = job.await;
                results.lock().unwrap().push(result);
                drop(permit);
            });
        }

        async fn collect(&self) -> Vec<T> {
            std::mem::take(&mut *self.results.lock().unwrap())
        }
    }
}
