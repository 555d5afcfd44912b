//! verdict: failing-test tokio_a_waiting_begin_sleeps
//! A task can own a flag. But no code clears it if the job panics, and a waiting `begin` asks again and again.
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
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use std::sync::{Arc, Mutex};

    pub struct Machine<T> {
        taken: Arc<AtomicBool>,
        results: Arc<Mutex<Vec<T>>>,
    }

    impl<T> Machine<T> {
        /// A machine that has no job.
        pub fn idle() -> Self {
            Self { taken: Arc::default(), results: Arc::default() }
        }
    }

    impl<T: Send + 'static> Worker<T> for Machine<T> {
        async fn begin(&self, job: impl Future<Output = T> + Send + 'static) {
            while self.taken.swap(true, SeqCst) {
                tokio::task::yield_now().await;
            }
            let (taken, results) = (Arc::clone(&self.taken), Arc::clone(&self.results));
            tokio::spawn(async move {
                let result = job.await;
                results.lock().unwrap().push(result);
                taken.store(false, SeqCst);
            });
        }

        async fn collect(&self) -> Vec<T> {
            while self.taken.load(SeqCst) {
                tokio::task::yield_now().await;
            }
            std::mem::take(&mut *self.results.lock().unwrap())
        }
    }
}

/// With the lock and the tasks of async-std.
pub mod on_async_std {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use std::sync::{Arc, Mutex};

    pub struct Machine<T> {
        taken: Arc<AtomicBool>,
        results: Arc<Mutex<Vec<T>>>,
    }

    impl<T> Machine<T> {
        /// A machine that has no job.
        pub fn idle() -> Self {
            Self { taken: Arc::default(), results: Arc::default() }
        }
    }

    impl<T: Send + 'static> Worker<T> for Machine<T> {
        async fn begin(&self, job: impl Future<Output = T> + Send + 'static) {
            while self.taken.swap(true, SeqCst) {
                async_std::task::yield_now().await;
            }
            let (taken, results) = (Arc::clone(&self.taken), Arc::clone(&self.results));
            async_std::task::spawn(async move {
                let result = job.await;
                results.lock().unwrap().push(result);
                taken.store(false, SeqCst);
            });
        }

        async fn collect(&self) -> Vec<T> {
            while self.taken.load(SeqCst) {
                async_std::task::yield_now().await;
            }
            std::mem::take(&mut *self.results.lock().unwrap())
        }
    }
}
