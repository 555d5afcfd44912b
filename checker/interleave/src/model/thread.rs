//! Threads that can be joined.
//!
//! As on real threads, a panic ends its thread and is returned by `join`. It does not end the schedule, unless it is
//! the test body's.

use std::num::{NonZeroU64, NonZeroUsize};
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use trace::{Action, TaskKind, TaskState};

use crate::engine::scheduler::catch;
use crate::engine::session::{self, record, record_panic};
use crate::engine::threads::{self, EndWaiter, Name, Started};
use crate::engine::watching::{self, Mark};
use crate::engine::{Access, scheduler};

use super::Object;

pub use threads::block_on;

/// The panic payload that `join` returns.
pub type Payload = Box<dyn std::any::Any + Send>;

/// See [`std::thread::ThreadId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThreadId(NonZeroU64);

/// See [`std::thread::Thread`].
#[derive(Clone, Debug)]
pub struct Thread {
    /// `None` outside a schedule.
    started: Option<Started>,
    name: Option<Arc<str>>,
}

impl Thread {
    pub(super) fn of(started: Started, name: Option<String>) -> Self {
        Thread { started: Some(started), name: name.map(Arc::from) }
    }

    /// See [`std::thread::Thread::id`].
    pub fn id(&self) -> ThreadId {
        let number = self.started.map_or(u64::MAX, |started| started.id as u64 + 1);
        ThreadId(NonZeroU64::new(number).expect("counted from 1"))
    }

    /// A number that is unique within the schedule.
    pub fn number(&self) -> NonZeroUsize {
        let number = self.started.map_or(usize::MAX, |started| started.id + 1);
        NonZeroUsize::new(number).expect("counted from 1")
    }

    /// See [`std::thread::Thread::name`].
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// See [`std::thread::Thread::unpark`].
    pub fn unpark(&self) {
        if let Some(started) = self.started {
            threads::unpark(started.id);
        }
    }
}

/// The running thread.
pub fn current() -> Thread {
    let started = threads::current();
    let name = match started {
        Some(Started { id: threads::MAIN, .. }) => Some(Arc::from("main")),
        Some(started) => session::with(|session| session.threads[started.id].name.clone()).flatten(),
        None => std::thread::current().name().map(Arc::from),
    };
    Thread { started, name }
}

/// See [`std::thread::park`].
pub fn park() {
    threads::park(None);
}

/// See [`std::thread::park_timeout`].
pub fn park_timeout(limit: Duration) {
    threads::park(Some(super::time::after(limit)));
}

/// See [`std::thread::sleep`].
#[track_caller]
pub fn sleep(duration: Duration) {
    scheduler::local_point();
    super::time::sleeps(super::time::after(duration), Location::caller());
    threads::sleep(duration);
}

/// See [`std::thread::yield_now`].
pub fn yield_now() {
    scheduler::yield_now();
}

/// The result of a thread, and the threads that wait for it.
#[derive(Debug)]
pub(super) struct Outcome<T> {
    object: Object,
    state: Mutex<OutcomeState<T>>,
}

#[derive(Debug)]
struct OutcomeState<T> {
    ended: bool,
    /// The step in which it ended.
    mark: Mark,
    result: Option<Result<T, Payload>>,
    waiting: Vec<EndWaiter>,
}

impl<T> Outcome<T> {
    pub(super) fn new() -> Arc<Self> {
        let object = Object::of_unknown_origin("thread");
        object.announce();
        Arc::new(Outcome {
            object,
            state: Mutex::new(OutcomeState { ended: false, mark: Mark::default(), result: None, waiting: Vec::new() }),
        })
    }

    /// Stores the result. The thread itself has not ended yet.
    pub(super) fn set(&self, result: Result<T, Payload>) {
        lock(&self.state).result = Some(result);
    }

    /// Marks the thread as ended.
    pub(super) fn end(&self) {
        self.object.touch(Access::Write);
        let waiting = {
            let mut state = lock(&self.state);
            (state.ended, state.mark) = (true, watching::mark());
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(EndWaiter::wake);
    }

    pub(super) fn has_ended(&self) -> bool {
        self.object.point(Access::Read);
        let ended = lock(&self.state).ended;
        if !ended {
            scheduler::yield_now();
        }
        ended
    }

    /// Waits until the thread has ended.
    pub(super) fn join(&self, other: usize, place: &'static Location<'static>) -> Result<T, Payload> {
        scheduler::local_point();
        record(place, |_| Action::Joins { other });
        threads::wait_for_end(|waiter| {
            let mut state = lock(&self.state);
            if !state.ended {
                state.waiting.push(waiter);
            }
            state.ended
        });
        watching::follow(&lock(&self.state).mark);
        record(place, |_| Action::Joined { other });
        loop {
            if let Some(result) = lock(&self.state).result.take() {
                return result;
            }
            // Only a thread that was torn down leaves no result, and then this one is being torn down as well.
            scheduler::block();
        }
    }
}

pub(super) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread that can be joined.
#[derive(Debug)]
pub struct JoinHandle<T> {
    thread: Thread,
    started: Started,
    outcome: Arc<Outcome<T>>,
}

/// Starts a thread.
///
/// # Panics
///
/// Outside a schedule.
pub fn spawn<T: Send + 'static>(
    name: Option<String>,
    place: &'static Location<'static>,
    f: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    spawn_unchecked(name, "thread", place, f)
}

/// Like [`spawn`], without the `Send` bound: all threads of a schedule are coroutines on one OS thread.
pub(crate) fn spawn_unchecked<T: 'static>(
    name: Option<String>,
    kind: &'static str,
    place: &'static Location<'static>,
    f: impl FnOnce() -> T + 'static,
) -> JoinHandle<T> {
    let outcome = Outcome::new();
    let ends = Arc::clone(&outcome);
    let started = start(name.clone(), kind, place, move || ends.set(caught(f, place)), {
        let ends = Arc::clone(&outcome);
        move || ends.end()
    });
    let thread = Thread::of(started, name);
    JoinHandle { thread, started, outcome }
}

/// Starts a thread that runs `body`, and calls `end` after its thread-local values have been dropped.
pub(super) fn start(
    name: Option<String>,
    kind: &'static str,
    place: &'static Location<'static>,
    body: impl FnOnce() + 'static,
    end: impl FnOnce() + 'static,
) -> Started {
    let own_name = name.as_deref().map(Arc::from);
    let name = name.map_or(Name::Counted(kind), Name::Given);
    let started = threads::start(TaskKind::Thread, name, body, end);
    session::with(|session| session.threads[started.id].name = own_name);
    record(place, |_| Action::Spawns { child: started.actor });
    scheduler::local_point();
    started
}

/// Runs `f` and catches its panic; records the end of the thread.
pub(super) fn caught<T>(f: impl FnOnce() -> T, place: &'static Location<'static>) -> Result<T, Payload> {
    let result = catch(f);
    match &result {
        Ok(_) => record(place, |_| Action::Ends),
        Err(_) => {
            record_panic();
            session::with(|session| {
                let actor = session.actor();
                session.actors[actor].state = TaskState::Panicked;
            });
        }
    }
    result
}

impl<T> JoinHandle<T> {
    /// Waits for the thread to end.
    ///
    /// # Errors
    ///
    /// The panic payload of the thread.
    #[track_caller]
    pub fn join(self) -> Result<T, Payload> {
        self.outcome.join(self.started.actor, Location::caller())
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
