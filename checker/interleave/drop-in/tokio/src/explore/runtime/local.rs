//! `tokio::runtime::LocalRuntime`.

use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use super::{EnterGuard, Handle, Options, Runtime, RuntimeMetrics};
use crate::explore::join::JoinHandle;

/// See [`real::runtime::LocalOptions`].
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct LocalOptions {
    not_send: PhantomData<*mut u8>,
}

/// See [`real::runtime::LocalRuntime`]: a current-thread runtime whose tasks need not be `Send`.
#[derive(Debug)]
pub struct LocalRuntime {
    runtime: Runtime,
    not_send: PhantomData<*mut u8>,
}

impl UnwindSafe for LocalRuntime {}
impl RefUnwindSafe for LocalRuntime {}

impl LocalRuntime {
    pub(super) fn with(options: Options) -> LocalRuntime {
        LocalRuntime { runtime: Runtime::local(options), not_send: PhantomData }
    }

    /// See [`real::runtime::LocalRuntime::new`].
    pub fn new() -> std::io::Result<LocalRuntime> {
        super::Builder::new_current_thread().enable_all().build_local(LocalOptions::default())
    }

    /// See [`real::runtime::LocalRuntime::handle`].
    pub fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// See [`real::runtime::LocalRuntime::spawn_local`].
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.handle().spawn_unchecked(future)
    }

    /// See [`real::runtime::LocalRuntime::spawn_blocking`].
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, f: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.runtime.spawn_blocking(f)
    }

    /// See [`real::runtime::LocalRuntime::block_on`].
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// See [`real::runtime::LocalRuntime::enter`].
    pub fn enter(&self) -> EnterGuard<'_> {
        self.runtime.enter()
    }

    /// See [`real::runtime::LocalRuntime::metrics`].
    pub fn metrics(&self) -> RuntimeMetrics {
        self.runtime.metrics()
    }

    /// See [`real::runtime::LocalRuntime::shutdown_timeout`].
    pub fn shutdown_timeout(self, duration: Duration) {
        self.runtime.shutdown_timeout(duration);
    }

    /// See [`real::runtime::LocalRuntime::shutdown_background`].
    pub fn shutdown_background(self) {
        self.runtime.shutdown_background();
    }
}
