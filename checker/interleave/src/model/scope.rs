//! Threads that may borrow from their spawner's stack.

use std::marker::PhantomData;
use std::panic::{self, Location};
use std::sync::{Arc, Mutex};

use crate::engine::scheduler::catch;
use crate::engine::threads;
use crate::engine::watching::{self, Mark};

use super::thread::{Outcome, Payload, Thread, caught, lock, start};
use crate::engine::threads::{EndWaiter, Started};

/// See [`std::thread::Scope`].
#[derive(Debug)]
pub struct Scope<'scope, 'env: 'scope> {
    threads: Arc<Threads>,
    // Both lifetimes are invariant, as in the standard library.
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

/// The threads of a scope that have not ended.
#[derive(Debug)]
struct Threads(Mutex<Count>);

#[derive(Debug, Default)]
struct Count {
    running: usize,
    /// How many threads panicked and were not joined.
    panicked: usize,
    waiting: Option<EndWaiter>,
    /// The steps in which threads ended.
    ends: Vec<Mark>,
}

impl Threads {
    fn new() -> Arc<Self> {
        Arc::new(Threads(Mutex::default()))
    }

    fn end(&self) {
        let waiting = {
            let mut count = lock(&self.0);
            count.running -= 1;
            count.ends.push(watching::mark());
            if count.running == 0 { count.waiting.take() } else { None }
        };
        waiting.into_iter().for_each(EndWaiter::wake);
    }

    fn wait(&self) {
        threads::wait_for_end(|waiter| {
            let mut count = lock(&self.0);
            count.waiting = Some(waiter);
            count.running == 0
        });
        let ends = std::mem::take(&mut lock(&self.0).ends);
        ends.iter().for_each(watching::follow);
    }
}

/// Runs `f` with a scope and waits for the threads spawned in it.
///
/// # Panics
///
/// With "a scoped thread panicked" if a thread panicked and was not joined, as in the standard library.
pub fn scope<'env, T>(f: impl for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T) -> T {
    /// Waits however the scope is left, so that no thread outlives what it borrows.
    struct Wait<'a>(&'a Threads);

    impl Drop for Wait<'_> {
        fn drop(&mut self) {
            self.0.wait();
        }
    }

    let threads = Threads::new();
    let scope = Scope { threads: Arc::clone(&threads), scope: PhantomData, env: PhantomData };
    let result = {
        let _wait = Wait(&threads);
        catch(|| f(&scope))
    };
    match result {
        Err(payload) => panic::resume_unwind(payload),
        Ok(_) if lock(&threads.0).panicked > 0 => panic!("a scoped thread panicked"),
        Ok(value) => value,
    }
}

/// See [`std::thread::ScopedJoinHandle`].
#[derive(Debug)]
pub struct ScopedJoinHandle<'scope, T> {
    thread: Thread,
    started: Started,
    outcome: Arc<Outcome<T>>,
    threads: Arc<Threads>,
    scope: PhantomData<&'scope ()>,
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread in this scope.
    #[track_caller]
    pub fn spawn<T: Send + 'scope>(&'scope self, f: impl FnOnce() -> T + Send + 'scope) -> ScopedJoinHandle<'scope, T> {
        self.spawn_named(None, Location::caller(), f)
    }

    /// Starts a named thread in this scope.
    pub fn spawn_named<T: Send + 'scope>(
        &'scope self,
        name: Option<String>,
        place: &'static Location<'static>,
        f: impl FnOnce() -> T + Send + 'scope,
    ) -> ScopedJoinHandle<'scope, T> {
        let outcome = Outcome::<T>::new();
        let threads = Arc::clone(&self.threads);
        lock(&threads.0).running += 1;
        let ends = Arc::clone(&outcome);
        let body: Box<dyn FnOnce() + 'scope> = {
            let threads = Arc::clone(&threads);
            Box::new(move || {
                let result = caught(f, place);
                lock(&threads.0).panicked += usize::from(result.is_err());
                ends.set(result);
            })
        };
        let ends = Arc::clone(&outcome);
        let end: Box<dyn FnOnce() + 'scope> = Box::new(move || {
            ends.end();
            drop(ends);
            threads.end();
        });
        #[allow(unsafe_code)]
        // SAFETY: both are called or dropped before `Threads::end`, for which `scope` waits however it is left, so
        // before `'scope` ends.
        let (body, end) = unsafe {
            (
                std::mem::transmute::<Box<dyn FnOnce() + 'scope>, Box<dyn FnOnce() + 'static>>(body),
                std::mem::transmute::<Box<dyn FnOnce() + 'scope>, Box<dyn FnOnce() + 'static>>(end),
            )
        };
        let started = start(name.clone(), "thread", place, body, end);
        let thread = Thread::of(started, name);
        ScopedJoinHandle { thread, started, outcome, threads: Arc::clone(&self.threads), scope: PhantomData }
    }
}

impl<T> ScopedJoinHandle<'_, T> {
    /// Waits for the thread to end.
    ///
    /// # Errors
    ///
    /// The panic payload of the thread.
    #[track_caller]
    pub fn join(self) -> Result<T, Payload> {
        let result = self.outcome.join(self.started.actor, Location::caller());
        if result.is_err() {
            lock(&self.threads.0).panicked -= 1;
        }
        result
    }

    /// Whether the thread has ended.
    pub fn is_finished(&self) -> bool {
        self.outcome.has_ended()
    }

    /// The handle with which other threads unpark this one.
    pub fn thread(&self) -> &Thread {
        &self.thread
    }
}
