//! `tokio::runtime::Builder`.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::{Flavor, LocalOptions, LocalRuntime, Options, Runtime};

/// See [`real::runtime::Builder`]. Settings that concern the speed of real threads are accepted and have no effect.
pub struct Builder {
    flavor: Flavor,
    options: Options,
    is_name_set: bool,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("flavor", &self.flavor).finish_non_exhaustive()
    }
}

/// Settings that have no effect in a schedule.
macro_rules! without_effect {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*);)*) => {
        $($(#[$doc])*
        pub fn $name(&mut self $(, $argument: $type)*) -> &mut Self {
            $(let _ = $argument;)*
            self
        })*
    };
}

impl Builder {
    /// See [`real::runtime::Builder::new_current_thread`].
    pub fn new_current_thread() -> Builder {
        Builder { flavor: Flavor::CurrentThread, options: Options::default(), is_name_set: false }
    }

    /// See [`real::runtime::Builder::new_multi_thread`]. The default is two workers.
    pub fn new_multi_thread() -> Builder {
        Builder { flavor: Flavor::MultiThread(2), options: Options::default(), is_name_set: false }
    }

    /// See [`real::runtime::Builder::worker_threads`].
    #[track_caller]
    pub fn worker_threads(&mut self, workers: usize) -> &mut Self {
        assert!(workers > 0, "Worker threads cannot be set to 0");
        if let Flavor::MultiThread(count) = &mut self.flavor {
            *count = workers;
        }
        self
    }

    /// See [`real::runtime::Builder::enable_all`].
    pub fn enable_all(&mut self) -> &mut Self {
        self.enable_time()
    }

    /// See [`real::runtime::Builder::enable_time`].
    pub fn enable_time(&mut self) -> &mut Self {
        self.options.time.is_enabled = true;
        self
    }

    /// See [`real::runtime::Builder::start_paused`].
    pub fn start_paused(&mut self, paused: bool) -> &mut Self {
        self.options.time.starts_paused = paused;
        self
    }

    /// See [`real::runtime::Builder::max_blocking_threads`].
    #[track_caller]
    pub fn max_blocking_threads(&mut self, most: usize) -> &mut Self {
        assert!(most > 0, "Max blocking threads cannot be set to 0");
        self.options.most_blocking = most;
        self
    }

    /// See [`real::runtime::Builder::name`].
    #[track_caller]
    pub fn name(&mut self, name: impl Into<String>) -> &mut Self {
        assert!(!std::mem::replace(&mut self.is_name_set, true), "name shouldn't be set twice");
        let name = name.into();
        assert!(!name.trim().is_empty(), "runtime name shouldn't be empty");
        self.options.name = Some(name);
        self
    }

    /// See [`real::runtime::Builder::on_thread_start`].
    pub fn on_thread_start<F: Fn() + Send + Sync + 'static>(&mut self, f: F) -> &mut Self {
        self.options.on_thread_start = Some(Arc::new(f));
        self
    }

    /// See [`real::runtime::Builder::on_thread_stop`].
    pub fn on_thread_stop<F: Fn() + Send + Sync + 'static>(&mut self, f: F) -> &mut Self {
        self.options.on_thread_stop = Some(Arc::new(f));
        self
    }

    /// See [`real::runtime::Builder::build`].
    ///
    /// # Panics
    ///
    /// Outside an explored test.
    pub fn build(&mut self) -> io::Result<Runtime> {
        Ok(Runtime::with(self.flavor, self.options.clone()))
    }

    /// See [`real::runtime::Builder::build_local`].
    ///
    /// # Panics
    ///
    /// Outside an explored test, and for a multi-threaded runtime.
    #[track_caller]
    pub fn build_local(&mut self, _options: LocalOptions) -> io::Result<LocalRuntime> {
        assert!(self.flavor == Flavor::CurrentThread, "multi_thread is not supported for LocalRuntime");
        Ok(LocalRuntime::with(self.options.clone()))
    }

    /// See [`real::runtime::Builder::thread_name_fn`].
    pub fn thread_name_fn<F: Fn() -> String + Send + Sync + 'static>(&mut self, _f: F) -> &mut Self {
        self
    }

    /// See [`real::runtime::Builder::thread_name`].
    pub fn thread_name(&mut self, _name: impl Into<String>) -> &mut Self {
        self
    }

    /// See [`real::runtime::Builder::on_thread_park`].
    pub fn on_thread_park<F: Fn() + Send + Sync + 'static>(&mut self, _f: F) -> &mut Self {
        self
    }

    /// See [`real::runtime::Builder::on_thread_unpark`].
    pub fn on_thread_unpark<F: Fn() + Send + Sync + 'static>(&mut self, _f: F) -> &mut Self {
        self
    }

    without_effect! {
        /// See [`real::runtime::Builder::enable_io`].
        enable_io();
        /// See [`real::runtime::Builder::max_io_events_per_tick`].
        max_io_events_per_tick(capacity: usize);
        /// See [`real::runtime::Builder::max_io_events_per_busy_tick`].
        max_io_events_per_busy_tick(capacity: usize);
        /// See [`real::runtime::Builder::thread_stack_size`].
        thread_stack_size(bytes: usize);
        /// See [`real::runtime::Builder::thread_keep_alive`].
        thread_keep_alive(duration: Duration);
        /// See [`real::runtime::Builder::global_queue_interval`].
        global_queue_interval(interval: u32);
        /// See [`real::runtime::Builder::event_interval`].
        event_interval(interval: u32);
    }
}
