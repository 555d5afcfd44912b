//! `tokio::runtime::Handle`.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use interleave::engine::threads;
use interleave::model::executor::{Executor, Workers};
use interleave::model::thread;
use real::runtime::RuntimeFlavor;

use super::context::{self, Entered, NO_CONTEXT};
use super::time::RuntimeTime;
use super::{Flavor, Id, Options, RuntimeMetrics};
use crate::explore::join::JoinHandle;

/// See [`real::runtime::Handle`].
#[derive(Clone)]
pub struct Handle {
    executor: Executor,
    flavor: Flavor,
    id: Id,
    /// The thread that may spawn tasks that are not `Send`.
    local_to: Option<NonZeroUsize>,
    time: Arc<RuntimeTime>,
    name: Option<Arc<str>>,
}

/// See [`real::runtime::EnterGuard`].
#[derive(Debug)]
#[must_use = "Creating and dropping a guard does nothing"]
pub struct EnterGuard<'a> {
    _entered: Entered,
    handle: PhantomData<&'a Handle>,
}

/// See [`real::runtime::TryCurrentError`].
pub struct TryCurrentError(());

impl UnwindSafe for Handle {}
impl RefUnwindSafe for Handle {}

impl Handle {
    pub(super) fn new(executor: Executor, flavor: Flavor, local_to: Option<NonZeroUsize>, options: &Options) -> Self {
        Handle {
            executor,
            flavor,
            id: Id::next(),
            local_to,
            time: Arc::new(options.time.of(flavor)),
            name: options.name.as_deref().map(Arc::from),
        }
    }

    pub(crate) fn time(&self) -> &RuntimeTime {
        &self.time
    }

    /// Whether the running thread may spawn tasks that are not `Send`.
    pub(crate) fn is_local(&self) -> bool {
        self.local_to.is_some_and(|owner| owner == thread::current().number())
    }

    pub(crate) fn executor(&self) -> &Executor {
        &self.executor
    }

    /// See [`real::runtime::Handle::current`].
    #[track_caller]
    pub fn current() -> Self {
        match context::current() {
            Some(handle) => handle,
            // Not in a closure, because the panic would be reported there.
            None => panic!("{NO_CONTEXT}"),
        }
    }

    /// See [`real::runtime::Handle::try_current`].
    pub fn try_current() -> Result<Self, TryCurrentError> {
        context::current().ok_or(TryCurrentError(()))
    }

    /// See [`real::runtime::Handle::enter`].
    pub fn enter(&self) -> EnterGuard<'_> {
        EnterGuard { _entered: context::enter(self.clone()), handle: PhantomData }
    }

    /// See [`real::runtime::Handle::spawn`].
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.spawn_unchecked(future)
    }

    /// Like [`spawn`](Self::spawn), without the `Send` bound, for callers that keep the task on one thread.
    #[track_caller]
    pub(crate) fn spawn_unchecked<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        JoinHandle::new(self.executor.spawn(Location::caller(), future))
    }

    /// See [`real::runtime::Handle::spawn_blocking`].
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, f: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        JoinHandle::new(self.executor.spawn_blocking(Location::caller(), f))
    }

    /// See [`real::runtime::Handle::block_on`]: on a current-thread runtime, it does not poll the tasks.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let _context = self.enter_to_block();
        threads::block_on(future)
    }

    /// See [`real::runtime::Handle::runtime_flavor`].
    pub fn runtime_flavor(&self) -> RuntimeFlavor {
        match self.flavor {
            Flavor::CurrentThread => RuntimeFlavor::CurrentThread,
            Flavor::MultiThread(_) | Flavor::ThreadEach => RuntimeFlavor::MultiThread,
        }
    }

    /// See [`real::runtime::Handle::id`].
    pub fn id(&self) -> Id {
        self.id
    }

    /// See [`real::runtime::Handle::name`].
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// See [`real::runtime::Handle::metrics`].
    pub fn metrics(&self) -> RuntimeMetrics {
        RuntimeMetrics::new(self.executor.clone(), self.workers())
    }

    fn workers(&self) -> usize {
        match self.executor.workers() {
            Workers::Caller => 1,
            Workers::Pool(workers) => workers,
            Workers::ThreadEach => 2,
        }
    }

    /// Enters the runtime to block the running thread in `block_on`.
    ///
    /// # Panics
    ///
    /// On a thread that drives async tasks, with the message of the real package.
    #[track_caller]
    pub(super) fn enter_to_block(&self) -> Entered {
        assert!(
            !context::is_async(),
            "Cannot start a runtime from within a runtime. This happens because a function (like `block_on`) attempted to \
             block the current thread while the thread is being used to drive asynchronous tasks."
        );
        context::enter_async(self.clone())
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("flavor", &self.flavor).finish_non_exhaustive()
    }
}

impl TryCurrentError {
    /// See [`real::runtime::TryCurrentError::is_missing_context`].
    pub fn is_missing_context(&self) -> bool {
        true
    }

    /// See [`real::runtime::TryCurrentError::is_thread_local_destroyed`].
    pub fn is_thread_local_destroyed(&self) -> bool {
        false
    }
}

impl fmt::Debug for TryCurrentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TryCurrentError(NoContext)")
    }
}

impl fmt::Display for TryCurrentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NO_CONTEXT)
    }
}

impl std::error::Error for TryCurrentError {}
