//! verdict: deadlock
//! Its own gate, which keeps one waker: of two waiting calls, one is never woken.
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

    pub struct Machine<T> {
        free: Arc<Gate>,
        results: Arc<Mutex<Vec<T>>>,
    }

    impl<T> Machine<T> {
        /// A machine that has no job.
        pub fn idle() -> Self {
            Self { free: Gate::new(), results: Arc::new(Mutex::new(Vec::new())) }
        }
    }

    impl<T: Send + 'static> Worker<T> for Machine<T> {
        async fn begin(&self, job: impl Future<Output = T> + Send + 'static) {
            let taken = self.free.take().await;
            let results = Arc::clone(&self.results);
            tokio::spawn(async move {
                let result = job.await;
                results.lock().unwrap().push(result);
                drop(taken);
            });
        }

        async fn collect(&self) -> Vec<T> {
            let _taken = self.free.take().await;
            std::mem::take(&mut *self.results.lock().unwrap())
        }
    }
}

/// With the lock and the tasks of async-std.
pub mod on_async_std {
    use super::*;
    use std::sync::{Arc, Mutex};

    pub struct Machine<T> {
        free: Arc<Gate>,
        results: Arc<Mutex<Vec<T>>>,
    }

    impl<T> Machine<T> {
        /// A machine that has no job.
        pub fn idle() -> Self {
            Self { free: Gate::new(), results: Arc::new(Mutex::new(Vec::new())) }
        }
    }

    impl<T: Send + 'static> Worker<T> for Machine<T> {
        async fn begin(&self, job: impl Future<Output = T> + Send + 'static) {
            let taken = self.free.take().await;
            let results = Arc::clone(&self.results);
            async_std::task::spawn(async move {
                let result = job.await;
                results.lock().unwrap().push(result);
                drop(taken);
            });
        }

        async fn collect(&self) -> Vec<T> {
            let _taken = self.free.take().await;
            std::mem::take(&mut *self.results.lock().unwrap())
        }
    }
}

struct Gate {
    state: std::sync::Mutex<(bool, Option<std::task::Waker>)>,
}

struct Taken(std::sync::Arc<Gate>);

impl Gate {
    fn new() -> std::sync::Arc<Self> {
        std::sync::Arc::new(Gate { state: Default::default() })
    }

    async fn take(self: &std::sync::Arc<Self>) -> Taken {
        std::future::poll_fn(|context| {
            let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if state.0 {
                state.1 = Some(context.waker().clone());
                return std::task::Poll::Pending;
            }
            state.0 = true;
            std::task::Poll::Ready(())
        })
        .await;
        Taken(self.clone())
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let waker = {
            let mut state = self.0.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            state.0 = false;
            state.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
