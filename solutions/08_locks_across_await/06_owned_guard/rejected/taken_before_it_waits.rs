//! verdict: failing-test tokio_a_cancelled_collect_takes_nothing
//! Takes the results that are there, then waits for the last one. If `collect` is dropped while it waits, they are gone.
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
            Self { free: Arc::new(Semaphore::new(1)), results: Arc::new(Mutex::new(Vec::new())) }
        }
    }

    impl<T: Send + 'static> Worker<T> for Machine<T> {
        async fn begin(&self, job: impl Future<Output = T> + Send + 'static) {
            let permit = Arc::clone(&self.free).acquire_owned().await.unwrap();
            let results = Arc::clone(&self.results);
            tokio::spawn(async move {
                let result = job.await;
                results.lock().unwrap().push(result);
                drop(permit);
            });
        }

        async fn collect(&self) -> Vec<T> {
            let mut all = std::mem::take(&mut *self.results.lock().unwrap());
            let _free = self.free.acquire().await.unwrap();
            all.append(&mut self.results.lock().unwrap());
            all
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
            Self { free: Arc::new(Semaphore::new(1)), results: Arc::new(Mutex::new(Vec::new())) }
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
            let mut all = std::mem::take(&mut *self.results.lock().unwrap());
            let _free = self.free.acquire().await;
            all.append(&mut self.results.lock().unwrap());
            all
        }
    }
}
