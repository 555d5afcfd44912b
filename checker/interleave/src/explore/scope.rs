//! Threads that may borrow from where they are started.

use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::{Arc, Mutex};

use trace::Action;

use super::session::{self, record};
use super::task::{Kind, Payload, caught, lock, spawned};

/// A scope whose threads may borrow from outside of it.
///
/// Transparent over the scheduler's own, so that a reference to one is a reference to the other.
#[derive(Debug)]
#[repr(transparent)]
pub struct Scope<'scope, 'env: 'scope>(shuttle::thread::Scope<'scope, 'env>);

thread_local! {
    /// The scopes that are open, by address, each with the number of its threads that panicked unjoined.
    static PANICKED: Mutex<Vec<(usize, Arc<Mutex<usize>>)>> = const { Mutex::new(Vec::new()) };
}

/// Runs `f` with a scope and waits for the threads that it starts there.
///
/// # Panics
///
/// With "a scoped thread panicked", if one did and was not joined, as the standard library does.
pub fn scope<'env, T>(f: impl for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T) -> T {
    let panicked = Arc::new(Mutex::new(0));
    let result = shuttle::thread::scope(|inner| {
        let address = std::ptr::from_ref(inner).addr();
        PANICKED.with(|open| lock(open).push((address, Arc::clone(&panicked))));
        #[allow(unsafe_code)]
        // SAFETY: `Scope` is `repr(transparent)` over the type behind `inner`, lifetimes included.
        let scope = unsafe { &*std::ptr::from_ref(inner).cast::<Scope<'_, 'env>>() };
        let result = panic::catch_unwind(AssertUnwindSafe(|| f(scope)));
        PANICKED.with(|open| lock(open).retain(|(other, _)| *other != address));
        result
    });
    match result {
        Err(payload) => panic::resume_unwind(payload),
        Ok(_) if *lock(&panicked) > 0 => panic!("a scoped thread panicked"),
        Ok(value) => value,
    }
}

/// A thread of a scope, which can be joined before the scope ends.
#[derive(Debug)]
pub struct ScopedThread<'scope, T> {
    handle: shuttle::thread::ScopedJoinHandle<'scope, Result<T, Payload>>,
    id: usize,
    panicked: Option<Arc<Mutex<usize>>>,
}

impl<'scope, 'env> Scope<'scope, 'env> {
    /// Starts a thread in this scope.
    #[track_caller]
    pub fn spawn<T: Send + 'scope>(&'scope self, f: impl FnOnce() -> T + Send + 'scope) -> ScopedThread<'scope, T> {
        self.spawn_named(None, Location::caller(), f)
    }

    /// Starts a thread with a name in this scope.
    pub fn spawn_named<T: Send + 'scope>(
        &'scope self,
        name: Option<String>,
        place: &'static Location<'static>,
        f: impl FnOnce() -> T + Send + 'scope,
    ) -> ScopedThread<'scope, T> {
        let address = std::ptr::from_ref(&self.0).addr();
        let panicked = PANICKED
            .with(|open| lock(open).iter().find(|(other, _)| *other == address).map(|(_, count)| Arc::clone(count)));
        let count = panicked.clone();
        let handle = self.0.spawn(move || {
            let result = caught(f, place);
            if result.is_err()
                && let Some(count) = count
            {
                *lock(&count) += 1;
            }
            result
        });
        let id = spawned(Kind::Thread, name.as_deref(), place);
        ScopedThread { handle, id, panicked }
    }
}

impl<T> ScopedThread<'_, T> {
    /// Waits for the thread to end.
    ///
    /// # Errors
    ///
    /// What the thread panicked with.
    #[track_caller]
    pub fn join(self) -> Result<T, Payload> {
        let (other, place) = (self.id, Location::caller());
        record(place, |_| Action::Joins { other });
        let result = self.handle.join().and_then(|result| result);
        record(place, |_| Action::Joined { other });
        if result.is_err()
            && let Some(count) = &self.panicked
        {
            *lock(count) -= 1;
        }
        result
    }

    /// Whether the thread has ended.
    pub fn is_finished(&self) -> bool {
        session::point();
        self.handle.is_finished()
    }

    /// The handle that others unpark the thread with.
    pub fn thread(&self) -> &shuttle::thread::Thread {
        self.handle.thread()
    }
}
