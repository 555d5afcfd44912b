//! verdict: failing-test tokio_two_machines_share_nothing
//! A permit of a `static` semaphore is `'static` without an `Arc`, but all machines share that one permit.
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
    static FREE: Semaphore = Semaphore::const_new(1);

    pub struct Machine<T> {
        results: Arc<Mutex<Vec<T>>>,
    }

    impl<T> Machine<T> {
        /// A machine that has no job.
        pub fn idle() -> Self {
            Self { results: Arc::default() }
        }
    }

    impl<T: Send + 'static> Worker<T> for Machine<T> {
        async fn begin(&self, job: impl Future<Output = T> + Send + 'static) {
            let permit = FREE.acquire().await.expect("it is never closed");
            let results = Arc::clone(&self.results);
            tokio::spawn(async move {
                let result = job.await;
                results.lock().unwrap().push(result);
                drop(permit);
            });
        }

        async fn collect(&self) -> Vec<T> {
            let _permit = FREE.acquire().await;
            std::mem::take(&mut *self.results.lock().unwrap())
        }
    }
}

/// With the lock and the tasks of async-std.
pub mod on_async_std {
    use super::*;
    use smol::lock::Semaphore;
    use std::sync::{Arc, Mutex};
    static FREE: Semaphore = Semaphore::new(1);

    pub struct Machine<T> {
        results: Arc<Mutex<Vec<T>>>,
    }

    impl<T> Machine<T> {
        /// A machine that has no job.
        pub fn idle() -> Self {
            Self { results: Arc::default() }
        }
    }

    impl<T: Send + 'static> Worker<T> for Machine<T> {
        async fn begin(&self, job: impl Future<Output = T> + Send + 'static) {
            let permit = FREE.acquire().await;
            let results = Arc::clone(&self.results);
            async_std::task::spawn(async move {
                let result = job.await;
                results.lock().unwrap().push(result);
                drop(permit);
            });
        }

        async fn collect(&self) -> Vec<T> {
            let _permit = FREE.acquire().await;
            std::mem::take(&mut *self.results.lock().unwrap())
        }
    }
}
