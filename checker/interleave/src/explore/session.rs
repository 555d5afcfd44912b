//! What the exploration knows while a schedule runs: which step it is at, what has been recorded, and
//! whether to stop.
//!
//! All tasks of a schedule are coroutines on one OS thread, so the session is a thread-local that
//! every drop-in reaches from wherever it is called. Steps are recorded only when a failing schedule is run
//! a second time: the thousands that pass cost nothing.

use std::cell::RefCell;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};

use trace::{Action, Place, Point, Step};

use crate::harness::RecordedPanic;

thread_local! {
    static SESSION: RefCell<Option<Session>> = const { RefCell::new(None) };
}

/// What is kept of a schedule besides its choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Recording {
    Nothing,
    /// At each choice, which other ones there were.
    Points,
    /// That, and what each task did.
    Steps,
}

/// Why a schedule ended before the test did.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    /// The test body panicked.
    Panic(RecordedPanic),
    /// No task can run.
    Deadlock,
    /// The schedule took more steps than [`super::MOST_STEPS`].
    Livelock,
}

impl Stop {
    /// Whether both say the same of a program: the same kind, and for a panic the same place.
    pub(crate) fn is_like(&self, other: &Stop) -> bool {
        match (self, other) {
            (Stop::Panic(a), Stop::Panic(b)) => a.place == b.place,
            (Stop::Deadlock, Stop::Deadlock) | (Stop::Livelock, Stop::Livelock) => true,
            _ => false,
        }
    }
}

/// The state of the schedule that is running.
#[derive(Debug)]
pub(crate) struct Session {
    /// Tells the schedules of one process apart, so that a lock in a `static` knows that it belongs to an
    /// earlier one.
    pub(crate) epoch: u64,
    pub(crate) recording: Recording,
    pub(crate) body_started: bool,
    /// Set when the test body has ended; then the rest of the tasks is dropped, as a runtime does.
    pub(crate) body_ended: bool,
    pub(crate) stop: Option<Stop>,
    pub(crate) choices: Vec<u32>,
    /// One for each choice, if they are recorded.
    pub(crate) points: Vec<Point>,
    /// How many tasks could run at the last choice.
    pub(crate) runnable: usize,
    pub(crate) steps: Vec<Step>,
    pub(crate) task_names: Vec<Option<String>>,
    pub(crate) objects: Vec<ObjectOrigin>,
    pub(crate) panics: Vec<RecordedPanic>,
}

/// Where an object comes from, to name it later.
#[derive(Clone, Debug)]
pub(crate) struct ObjectOrigin {
    pub(crate) type_name: &'static str,
    pub(crate) created: Option<&'static Location<'static>>,
    pub(crate) first_used: Option<&'static Location<'static>>,
}

impl Session {
    /// A session for the next schedule of this process.
    pub(crate) fn new(recording: Recording) -> Self {
        static EPOCH: AtomicU64 = AtomicU64::new(1);
        Session {
            epoch: EPOCH.fetch_add(1, Ordering::Relaxed),
            recording,
            body_started: false,
            body_ended: false,
            stop: None,
            choices: Vec::new(),
            points: Vec::new(),
            runnable: 0,
            steps: Vec::new(),
            task_names: Vec::new(),
            objects: Vec::new(),
            panics: Vec::new(),
        }
    }

    /// Notes that `choice` was chosen among `candidates`.
    pub(crate) fn choose(&mut self, choice: usize, candidates: impl ExactSizeIterator<Item = usize>) {
        self.choices.push(choice as u32);
        self.runnable = candidates.len();
        if self.recording >= Recording::Points {
            self.points.push(Point { step: self.steps.len(), candidates: candidates.map(|id| id as u32).collect() });
        }
    }
}

/// Starts a schedule on this thread.
pub(crate) fn begin(session: Session) {
    SESSION.set(Some(session));
}

/// Ends the schedule on this thread and hands out what it knows, once.
pub(crate) fn end() -> Option<Session> {
    SESSION.take()
}

/// Calls `f` with the session of this thread; `None` outside of a schedule.
pub(crate) fn with<R>(f: impl FnOnce(&mut Session) -> R) -> Option<R> {
    SESSION.with(|session| session.try_borrow_mut().ok()?.as_mut().map(f))
}

/// Whether a schedule runs on this thread.
pub(crate) fn is_active() -> bool {
    SESSION.with(|session| session.try_borrow().map_or(true, |session| session.is_some()))
}

/// A scheduling point: another task may run here.
///
/// Not while unwinding: `std::thread::panicking` is a fact of the OS thread, and the next task would see it.
pub fn point() {
    if is_active() && !std::thread::panicking() {
        // Shuttle does not model time: its sleep is a scheduling point and nothing else.
        shuttle::thread::sleep(std::time::Duration::ZERO);
    }
}

/// The id of the running task as the trace counts: 0 is the test body.
///
/// Shuttle's first task only watches over the others, so the body is its second.
pub(crate) fn current_task() -> usize {
    shuttle::current::try_get_current_task().map_or(0, |task| usize::from(task).saturating_sub(1))
}

/// Records a step of the running task, if steps are recorded.
pub(crate) fn record(place: &Location<'_>, action: impl FnOnce(&mut Session) -> Action) {
    let task = current_task();
    with(|session| {
        if session.recording == Recording::Steps {
            let action = action(session);
            let place = Some(Place { file: place.file().to_owned(), line: place.line() });
            session.steps.push(Step { task, action, place });
        }
    });
}

/// Records that the running task panicked, where it did.
pub(crate) fn record_panic() {
    let task = current_task();
    with(|session| {
        if session.recording == Recording::Steps
            && let Some(panic) = session.panics.last()
        {
            let action = Action::Panics { message: panic.message.clone() };
            session.steps.push(Step { task, action, place: panic.place.clone() });
        }
    });
}
