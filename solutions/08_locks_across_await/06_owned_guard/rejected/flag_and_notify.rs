//! verdict: deadlock
//! A flag and a `Notify`. If the job panics, no code clears the flag or notifies the waiting call.
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
    use tokio::sync::Notify;
    struct State<T> {
        taken: AtomicBool,
        free: Notify,
        results: Mutex<Vec<T>>,
    }

    impl<T> State<T> {
        async fn take(&self) {
            while self.taken.swap(true, SeqCst) {
                self.free.notified().await;
            }
        }

        fn give_back(&self) {
            self.taken.store(false, SeqCst);
            self.free.notify_one();
        }
    }

    pub struct Machine<T> {
        state: Arc<State<T>>,
    }

    impl<T> Machine<T> {
        /// A machine that has no job.
        pub fn idle() -> Self {
            Self {
                state: Arc::new(State {
                    taken: AtomicBool::new(false),
                    free: Notify::new(),
                    results: Mutex::default(),
                }),
            }
        }
    }

    impl<T: Send + 'static> Worker<T> for Machine<T> {
        async fn begin(&self, job: impl Future<Output = T> + Send + 'static) {
            self.state.take().await;
            let state = Arc::clone(&self.state);
            tokio::spawn(async move {
                let result = job.await;
                state.results.lock().unwrap().push(result);
                state.give_back();
            });
        }

        async fn collect(&self) -> Vec<T> {
            self.state.take().await;
            let results = std::mem::take(&mut *self.state.results.lock().unwrap());
            self.state.give_back();
            results
        }
    }
}

/// With the lock and the tasks of async-std.
pub mod on_async_std {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use std::sync::{Arc, Mutex};
    use tokio::sync::Notify;
    struct State<T> {
        taken: AtomicBool,
        free: Notify,
        results: Mutex<Vec<T>>,
    }

    impl<T> State<T> {
        async fn take(&self) {
            while self.taken.swap(true, SeqCst) {
                self.free.notified().await;
            }
        }

        fn give_back(&self) {
            self.taken.store(false, SeqCst);
            self.free.notify_one();
        }
    }

    pub struct Machine<T> {
        state: Arc<State<T>>,
    }

    impl<T> Machine<T> {
        /// A machine that has no job.
        pub fn idle() -> Self {
            Self {
                state: Arc::new(State {
                    taken: AtomicBool::new(false),
                    free: Notify::new(),
                    results: Mutex::default(),
                }),
            }
        }
    }

    impl<T: Send + 'static> Worker<T> for Machine<T> {
        async fn begin(&self, job: impl Future<Output = T> + Send + 'static) {
            self.state.take().await;
            let state = Arc::clone(&self.state);
            async_std::task::spawn(async move {
                let result = job.await;
                state.results.lock().unwrap().push(result);
                state.give_back();
            });
        }

        async fn collect(&self) -> Vec<T> {
            self.state.take().await;
            let results = std::mem::take(&mut *self.state.results.lock().unwrap());
            self.state.give_back();
            results
        }
    }
}
