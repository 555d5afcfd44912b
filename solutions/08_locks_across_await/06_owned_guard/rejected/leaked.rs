//! verdict: deadlock
//! Memory that is never freed may be borrowed forever: it compiles, and every machine stays in memory.
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
    use tokio::sync::Mutex;

    pub struct Machine<T: 'static> {
        results: &'static Mutex<Vec<T>>,
    }

    impl<T: 'static> Machine<T> {
        /// A machine that has no job.
        pub fn idle() -> Self {
            Self { results: Box::leak(Box::new(Mutex::new(Vec::new()))) }
        }
    }

    impl<T: Send + 'static> Worker<T> for Machine<T> {
        async fn begin(&self, job: impl Future<Output = T> + Send + 'static) {
            let mut results = self.results.lock().await;
            tokio::spawn(async move { results.push(job.await) });
        }

        async fn collect(&self) -> Vec<T> {
            std::mem::take(&mut *self.results.lock().await)
        }
    }
}

/// With the lock and the tasks of async-std.
pub mod on_async_std {
    use super::*;
    use async_std::sync::Mutex;

    pub struct Machine<T: 'static> {
        results: &'static Mutex<Vec<T>>,
    }

    impl<T: 'static> Machine<T> {
        /// A machine that has no job.
        pub fn idle() -> Self {
            Self { results: Box::leak(Box::new(Mutex::new(Vec::new()))) }
        }
    }

    impl<T: Send + 'static> Worker<T> for Machine<T> {
        async fn begin(&self, job: impl Future<Output = T> + Send + 'static) {
            let mut results = self.results.lock().await;
            async_std::task::spawn(async move { results.push(job.await) });
        }

        async fn collect(&self) -> Vec<T> {
            std::mem::take(&mut *self.results.lock().await)
        }
    }
}
