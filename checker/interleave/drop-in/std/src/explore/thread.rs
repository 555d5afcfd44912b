//! `std::thread` under the scheduler: threads are coroutines.

#[doc(no_inline)]
pub use ::std::thread::*;

use ::std::io;
use ::std::panic::Location;
use ::std::time::Duration;

use interleave::engine::ending;
pub use interleave::model::scope::{Scope, ScopedJoinHandle, scope};
use interleave::model::thread;
pub use interleave::model::thread::{JoinHandle, Thread, ThreadId, current, park, park_timeout, sleep, yield_now};
pub use interleave::model::thread_local::{AccessError, LocalKey};

/// See [`::std::thread::Builder`].
#[derive(Debug, Default)]
#[must_use = "must eventually spawn the thread"]
pub struct Builder {
    name: Option<String>,
}

/// Whether this thread is unwinding. All threads of an exploration share one thread of the system, so the real function
/// would also say this of the others.
#[must_use]
pub fn panicking() -> bool {
    if ending::is_ending() { ::std::thread::panicking() } else { ending::is_unwinding() }
}

/// Starts a coroutine that the scheduler counts as a thread. It is named `thread 1`, `thread 2`, … in traces.
#[track_caller]
pub fn spawn<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    thread::spawn(None, Location::caller(), f)
}

/// See [`::std::thread::sleep_ms`].
#[deprecated(since = "1.6.0", note = "replaced by `std::thread::sleep`")]
#[track_caller]
pub fn sleep_ms(ms: u32) {
    sleep(Duration::from_millis(u64::from(ms)));
}

impl Builder {
    /// Settings for a thread without a name.
    pub fn new() -> Self {
        Builder::default()
    }

    /// Sets the name, which traces use, too.
    pub fn name(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    /// Has no effect: all coroutines have stacks of the same size.
    pub fn stack_size(self, _bytes: usize) -> Self {
        self
    }

    /// As [`spawn()`], with these settings. Never fails.
    #[track_caller]
    pub fn spawn<T: Send + 'static>(self, f: impl FnOnce() -> T + Send + 'static) -> io::Result<JoinHandle<T>> {
        let name = self.checked_name();
        Ok(thread::spawn(name, Location::caller(), f))
    }

    /// As [`Scope::spawn`], with these settings. Never fails.
    #[track_caller]
    pub fn spawn_scoped<'scope, T: Send + 'scope>(
        self,
        scope: &'scope Scope<'scope, '_>,
        f: impl FnOnce() -> T + Send + 'scope,
    ) -> io::Result<ScopedJoinHandle<'scope, T>> {
        let name = self.checked_name();
        Ok(scope.spawn_named(name, Location::caller(), f))
    }

    #[track_caller]
    fn checked_name(self) -> Option<String> {
        if let Some(name) = &self.name {
            assert!(!name.contains('\0'), "thread name may not contain interior null bytes");
        }
        self.name
    }
}
