//! `std::thread` under the scheduler: threads are coroutines.

pub use ::std::thread::*;

use ::std::io;
use ::std::panic::Location;
use ::std::time::Duration;

pub use interleave::explore::thread::{Thread, ThreadId, current, park, park_timeout};
use interleave::explore::{point, scope, task};

/// See [`::std::thread::JoinHandle`].
#[derive(Debug)]
pub struct JoinHandle<T>(task::Thread<T>);

/// See [`::std::thread::Scope`].
pub type Scope<'scope, 'env> = scope::Scope<'scope, 'env>;

/// See [`::std::thread::Builder`].
#[derive(Debug, Default)]
pub struct Builder {
    name: Option<String>,
}

#[track_caller]
pub fn spawn<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    JoinHandle(task::spawn_thread(None, Location::caller(), f))
}

pub fn scope<'env, T>(f: impl for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T) -> T {
    scope::scope(f)
}

/// Time may pass at any moment, so this is a chance for the others to run, and nothing to rely on.
pub fn sleep(_duration: Duration) {
    point();
}

pub fn yield_now() {
    task::yield_thread();
}

impl Builder {
    pub fn new() -> Self {
        Builder::default()
    }

    pub fn name(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    /// All coroutines have stacks of one size.
    pub fn stack_size(self, _bytes: usize) -> Self {
        self
    }

    #[track_caller]
    pub fn spawn<T: Send + 'static>(self, f: impl FnOnce() -> T + Send + 'static) -> io::Result<JoinHandle<T>> {
        Ok(JoinHandle(task::spawn_thread(self.name, Location::caller(), f)))
    }

    #[track_caller]
    pub fn spawn_scoped<'scope, T: Send + 'scope>(
        self,
        scope: &'scope Scope<'scope, '_>,
        f: impl FnOnce() -> T + Send + 'scope,
    ) -> io::Result<ScopedJoinHandle<'scope, T>> {
        Ok(scope.spawn_named(self.name, Location::caller(), f))
    }
}

impl<T> JoinHandle<T> {
    #[track_caller]
    pub fn join(self) -> Result<T> {
        self.0.join(Location::caller())
    }

    pub fn thread(&self) -> &Thread {
        self.0.thread()
    }

    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

/// See [`::std::thread::ScopedJoinHandle`].
pub type ScopedJoinHandle<'scope, T> = scope::ScopedThread<'scope, T>;
