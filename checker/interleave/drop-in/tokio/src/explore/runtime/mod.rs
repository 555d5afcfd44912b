//! `tokio::runtime`, on the model of an executor.

mod builder;
pub mod context;
mod handle;
mod id;
mod local;
mod metrics;
pub(in crate::explore) mod time;

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use interleave::model::executor::{Executor, Leave, Role, Settings, Workers};
use interleave::model::{OnlyHere, Order, coop, thread};

pub use builder::Builder;
use context::Entered;
pub use handle::{EnterGuard, Handle, TryCurrentError};
pub use id::Id;
pub use local::{LocalOptions, LocalRuntime};
pub use metrics::RuntimeMetrics;
#[doc(no_inline)]
pub use real::runtime::{RuntimeFlavor, is_rt_shutdown_err};

use super::join::JoinHandle;
use time::TimeOptions;

/// The default maximum of blocking jobs that run at once.
const MOST_BLOCKING: usize = 512;

/// The threads of a runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavor {
    CurrentThread,
    MultiThread(usize),
    /// As many threads as the runtime ever has tasks.
    ThreadEach,
}

/// The settings of a builder besides the threads.
#[derive(Clone)]
pub(super) struct Options {
    most_blocking: usize,
    name: Option<String>,
    time: TimeOptions,
    on_thread_start: Option<Callback>,
    on_thread_stop: Option<Callback>,
}

type Callback = Arc<dyn Fn() + Send + Sync>;

impl Default for Options {
    fn default() -> Self {
        Options {
            most_blocking: MOST_BLOCKING,
            name: None,
            time: TimeOptions::default(),
            on_thread_start: None,
            on_thread_stop: None,
        }
    }
}

/// See [`real::runtime::Runtime`].
#[derive(Debug)]
pub struct Runtime {
    handle: Handle,
    /// The runtime's handle for its own threads. Cleared when the runtime ends, because it refers to the runtime.
    known: OnlyHere<Known>,
}

impl UnwindSafe for Runtime {}
impl RefUnwindSafe for Runtime {}

type Known = Rc<RefCell<Option<Handle>>>;

impl Runtime {
    /// See [`real::runtime::Runtime::new`]. It has two workers.
    pub fn new() -> std::io::Result<Runtime> {
        Ok(Runtime::of(Flavor::MultiThread(2)))
    }

    /// Creates the runtime of a test. Its clock starts paused where that is allowed.
    pub(super) fn of(flavor: Flavor) -> Runtime {
        Runtime::with(flavor, Options { time: TimeOptions::of_a_test(), ..Options::default() })
    }

    fn with(flavor: Flavor, options: Options) -> Runtime {
        Runtime::of_kind(flavor, None, options)
    }

    /// Creates a current-thread runtime that can spawn tasks that are not `Send`.
    fn local(options: Options) -> Runtime {
        Runtime::of_kind(Flavor::CurrentThread, Some(thread::current().number()), options)
    }

    /// `local_to` is the number of the thread that may spawn tasks that are not `Send`, if there is one.
    fn of_kind(flavor: Flavor, local_to: Option<NonZeroUsize>, options: Options) -> Runtime {
        let known: Known = Rc::default();
        let executor = Executor::new(Settings {
            workers: match flavor {
                Flavor::CurrentThread => Workers::Caller,
                Flavor::MultiThread(workers) => Workers::Pool(workers),
                Flavor::ThreadEach => Workers::ThreadEach,
            },
            order: if flavor == Flavor::CurrentThread { Order::Fifo } else { Order::Any },
            budget: Some(coop::BUDGET),
            most_blocking: options.most_blocking,
            on_start: {
                let (known, options) = (Rc::clone(&known), options.clone());
                Box::new(move |role| Box::new(ThreadOfRuntime::new(&known, role, &options)))
            },
        });
        let handle = Handle::new(executor, flavor, local_to, &options);
        *known.borrow_mut() = Some(handle.clone());
        Runtime { handle, known: OnlyHere::new(known) }
    }

    /// See [`real::runtime::Runtime::handle`].
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// See [`real::runtime::Runtime::spawn`].
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.handle.spawn(future)
    }

    /// See [`real::runtime::Runtime::spawn_blocking`].
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, f: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.handle.spawn_blocking(f)
    }

    /// See [`real::runtime::Runtime::block_on`].
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let _context = self.handle.enter_to_block();
        self.handle.executor().block_on(future)
    }

    /// See [`real::runtime::Runtime::enter`].
    pub fn enter(&self) -> EnterGuard<'_> {
        self.handle.enter()
    }

    /// See [`real::runtime::Runtime::metrics`].
    pub fn metrics(&self) -> RuntimeMetrics {
        self.handle.metrics()
    }

    /// See [`real::runtime::Runtime::shutdown_timeout`].
    pub fn shutdown_timeout(self, duration: Duration) {
        self.shut_down(Leave::After(duration));
    }

    /// See [`real::runtime::Runtime::shutdown_background`].
    pub fn shutdown_background(self) {
        self.shut_down(Leave::AtOnce);
    }

    fn shut_down(&self, leave: Leave) {
        {
            let _context = self.handle.enter();
            self.handle.executor().shut_down(leave);
        }
        let known = self.known.try_get().and_then(|known| known.borrow_mut().take());
        drop(known);
    }
}

impl Drop for Runtime {
    #[track_caller]
    fn drop(&mut self) {
        let ended = self.known.try_get().is_none_or(|known| known.borrow().is_none());
        if ended {
            return;
        }
        if context::is_async() && !std::thread::panicking() {
            self.shut_down(Leave::AtOnce);
            panic!(
                "Cannot drop a runtime in a context where blocking is not allowed. This happens when a runtime is dropped \
                 from within an asynchronous context."
            );
        }
        self.shut_down(Leave::WhenAllHaveEnded);
    }
}

/// Held by a thread of a runtime while it lives: its membership in the runtime.
struct ThreadOfRuntime {
    _context: Option<Entered>,
    on_stop: Option<Callback>,
}

impl ThreadOfRuntime {
    fn new(known: &Known, role: Role, options: &Options) -> Self {
        let handle = known.borrow().clone();
        let context = handle.map(|handle| match role {
            Role::Worker => context::enter_async(handle),
            Role::Blocking => context::enter(handle),
        });
        if let Some(on_start) = &options.on_thread_start {
            on_start();
        }
        ThreadOfRuntime { _context: context, on_stop: options.on_thread_stop.clone() }
    }
}

impl Drop for ThreadOfRuntime {
    fn drop(&mut self) {
        if let Some(on_stop) = &self.on_stop {
            on_stop();
        }
    }
}
