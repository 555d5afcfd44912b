//! The state of the schedule that is running.
//!
//! All threads of a schedule are coroutines on one OS thread, so the session is a thread-local that every drop-in can
//! reach. Steps are recorded only when a failing schedule is run a second time, so the thousands of passing schedules
//! cost nothing.

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Waker;
use std::thread::ThreadId;

use trace::{Action, End, Place, Point, Step, Task, TaskKind, TaskState};

use super::choice::{Access, Rules};
use super::clock::Clock;
use super::coroutine::Coroutine;
use super::locals::Locals;
use super::races::{Orders, Race, Races};
use super::search::{Key, Search};
use super::sentinel::Heartbeat;
use super::shard::Shard;
use super::strategy::Source;
use crate::origin::{is_kit, is_of_a_library};
use crate::panics::{RecordedPanic, Who};
use crate::stack;

thread_local! {
    static SESSION: RefCell<Option<Box<Session>>> = const { RefCell::new(None) };
    /// Whether the running schedule looks for data races: most do not, and must not pay for those that do.
    static IS_WATCHING: Cell<bool> = const { Cell::new(false) };
}

/// How much of a schedule is recorded besides its choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Recording {
    Nothing,
    /// The alternatives at each choice.
    Points,
    /// Also what each thread and task did.
    Steps,
}

/// Why a schedule ended before the test did.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    /// The test body panicked.
    Panic(RecordedPanic),
    /// No thread can run, and no deadline is pending.
    Deadlock,
    /// The schedule took more steps than allowed, the last ones under a fair scheduler.
    Livelock,
    /// The test did something that cannot be explored; the text says what.
    Unsupported(String),
    /// Two accesses to a cell that nothing orders.
    Race(Race),
    /// Everything that can follow has been seen.
    Redundant,
}

impl Stop {
    /// Whether both show the same failure: the same kind, and for a panic the same place.
    pub(crate) fn is_like(&self, other: &Stop) -> bool {
        match (self, other) {
            (Stop::Panic(a), Stop::Panic(b)) => a.place == b.place,
            (Stop::Deadlock, Stop::Deadlock) | (Stop::Livelock, Stop::Livelock) => true,
            (Stop::Unsupported(a), Stop::Unsupported(b)) => a == b,
            (Stop::Race(a), Stop::Race(b)) => a.is_like(b),
            _ => false,
        }
    }
}

/// A thread of the schedule.
pub(crate) struct Thread {
    /// The name given by the test.
    pub(crate) name: Option<Arc<str>>,
    /// The thread's own entry in [`Session::actors`].
    pub(crate) own: usize,
    /// The entry of what it runs now: the thread itself, or the task that it polls.
    pub(crate) actor: usize,
    /// The number of the task that it polls.
    pub(crate) task: Option<u64>,
    pub(crate) parent: Option<usize>,
    pub(crate) state: ThreadState,
    /// `None` while it runs and after it has ended.
    pub(crate) coroutine: Option<Coroutine>,
    /// Set if it was woken before it blocked.
    pub(crate) token: bool,
    /// Set if it has been unparked and has not consumed that yet.
    pub(crate) parked: bool,
    pub(crate) waker: Waker,
    /// It must not be unwound now; see `ending::without_unwinding`.
    pub(crate) shielded: bool,
    pub(crate) locals: Locals,
    /// How many more operations the poll of a task may make; see `model::coop`.
    pub(crate) budget: Option<u32>,
    /// How often it has yielded since time moved or a thread was woken.
    pub(crate) yields: u32,
    /// How often it has read the clock since it last waited for anything.
    pub(crate) looks_at_clock: u32,
    /// How often it has woken up without a notification.
    pub(crate) spurious_wakes: u32,
    /// It has panicked, and may still be unwinding. `std::thread::panicking` speaks of the OS thread, which all threads of a
    /// schedule share: if a destructor blocks, others run while it is true.
    pub(crate) panicked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThreadState {
    Runnable,
    Blocked,
    /// It waits until no other thread can run and no deadline is pending.
    Settling,
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Running,
    /// The test has ended or failed; the remaining threads are being unwound.
    TearingDown,
}

pub(crate) struct Session {
    /// Identifies the schedule within its process, so that a lock in a `static` can tell that its state is outdated.
    pub(crate) epoch: u64,
    pub(crate) os_thread: ThreadId,
    pub(crate) rules: Rules,
    pub(crate) recording: Recording,
    pub(crate) phase: Phase,
    pub(crate) source: Source,
    /// Set when the test body has ended; then the remaining threads are dropped, as at the end of a process.
    pub(crate) body_ended: bool,
    pub(crate) stop: Option<Stop>,
    pub(crate) threads: Vec<Thread>,
    /// The threads that can run, ordered by number.
    pub(crate) runnable: Vec<usize>,
    pub(crate) current: usize,
    /// The thread to resume next. `None` ends the schedule.
    pub(crate) next: Option<usize>,
    pub(crate) clock: Clock,
    pub(crate) foreign: Arc<AtomicBool>,
    pub(crate) heartbeat: Arc<Heartbeat>,
    /// Whether any other schedule was possible.
    pub(crate) had_a_choice: bool,
    /// Whether its async tasks could have run on another executor.
    pub(crate) chose_executor: bool,
    pub(crate) choices: Vec<u32>,
    /// One for each choice, if choices are recorded.
    pub(crate) points: Vec<Point>,
    pub(crate) steps: Vec<Step>,
    /// How often the stack was searched for the reader's line.
    searches: u32,
    /// The channel ends dropped after the schedule had ended, if steps are recorded.
    pub(crate) ends: Vec<End>,
    pub(crate) actors: Vec<Task>,
    /// A copy of `actors` from the end of the schedule, before it was unwound; only if steps are recorded.
    pub(crate) actors_left: Vec<Task>,
    pub(crate) objects: Vec<ObjectOrigin>,
    pub(crate) panics: Vec<RecordedPanic>,
    /// What the test is doing, for a test that never ends; set only if steps are recorded.
    pub(crate) doing: Option<String>,
    /// How many counted names have been given; see `Session::name`.
    pub(crate) counted_names: usize,
    /// Values of the schedule as a whole.
    pub(crate) globals: Locals,
    /// How many async tasks have been started.
    pub(crate) started_tasks: u64,
    /// `None` if this program is not known to use cells, which most do not: it costs time.
    pub(crate) races: Option<Box<Races>>,
    /// A cell was used although `races` is `None`.
    pub(crate) has_unwatched_cell: bool,
}

/// Where an object comes from, to name it later.
#[derive(Clone, Debug)]
pub(crate) struct ObjectOrigin {
    pub(crate) type_name: &'static str,
    pub(crate) created: Option<&'static Location<'static>>,
    pub(crate) shard: Option<Shard>,
    pub(crate) first_used: Option<&'static Location<'static>>,
    pub(crate) orders: Orders,
}

impl Session {
    /// Creates the session of this process's next schedule.
    ///
    /// # Panics
    ///
    /// After 2⁴⁰ schedules, which take a week at a million a second.
    pub(crate) fn new(source: Source, rules: Rules, recording: Recording, heartbeat: Arc<Heartbeat>) -> Self {
        static EPOCH: AtomicU64 = AtomicU64::new(1);
        let epoch = EPOCH.fetch_add(1, Ordering::Relaxed);
        assert!(epoch >> super::object::EPOCH_BITS == 0, "this process has run too many schedules to tell them apart");
        Session {
            epoch,
            os_thread: std::thread::current().id(),
            rules,
            recording,
            phase: Phase::Running,
            source,
            body_ended: false,
            stop: None,
            threads: Vec::new(),
            runnable: Vec::new(),
            current: 0,
            next: None,
            clock: Clock::default(),
            foreign: Arc::default(),
            heartbeat,
            had_a_choice: false,
            chose_executor: false,
            choices: Vec::new(),
            points: Vec::new(),
            steps: Vec::new(),
            searches: 0,
            ends: Vec::new(),
            actors: Vec::new(),
            actors_left: Vec::new(),
            objects: Vec::new(),
            panics: Vec::new(),
            doing: None,
            counted_names: 0,
            globals: Locals::default(),
            started_tasks: 0,
            races: None,
            has_unwatched_cell: false,
        }
    }

    /// Takes the search back.
    ///
    /// # Panics
    ///
    /// If the schedule was not chosen by a search.
    pub(crate) fn take_search(&mut self) -> Box<Search> {
        match std::mem::replace(&mut self.source, Source::Follow(Vec::new())) {
            Source::Search(search) => search,
            Source::Sample(_) | Source::Follow(_) => unreachable!("the schedule was searched"),
        }
    }

    pub(crate) fn thread(&mut self) -> &mut Thread {
        &mut self.threads[self.current]
    }

    /// Records that the running step touches an object.
    #[inline]
    pub(crate) fn touch(&mut self, key: Key, access: Access) {
        if let Some(search) = self.source.search() {
            search.touch(key, access);
        }
    }

    /// Records that the order of what happens now depends on more than the objects that steps touch.
    pub(crate) fn lose_track(&mut self) {
        if let Some(search) = self.source.search() {
            search.lose_track();
        }
    }

    /// The entry of what runs now: a thread, or the task that it polls.
    pub(crate) fn actor(&self) -> usize {
        self.threads.get(self.current).map_or(0, |thread| thread.actor)
    }

    /// Adds an entry for a thread or a task.
    pub(crate) fn add_actor(&mut self, kind: TaskKind, name: String) -> usize {
        self.actors.push(Task { name, kind, state: TaskState::Ready, on: None });
        let actor = self.actors.len() - 1;
        if kind == TaskKind::Async
            && let Some(races) = &mut self.races
        {
            races.leave_task(self.current, actor);
        }
        actor
    }

    pub(crate) fn make_runnable(&mut self, id: usize) {
        self.threads[id].state = ThreadState::Runnable;
        if let Err(at) = self.runnable.binary_search(&id) {
            self.runnable.insert(at, id);
        }
    }

    pub(crate) fn retire(&mut self, id: usize, state: ThreadState) {
        self.threads[id].state = state;
        if let Ok(at) = self.runnable.binary_search(&id) {
            self.runnable.remove(at);
        }
    }
}

/// Starts a schedule on this thread.
pub(crate) fn begin(session: Session) {
    IS_WATCHING.set(session.races.is_some());
    SESSION.set(Some(Box::new(session)));
}

/// Ends the schedule on this thread and returns its session, once.
pub(crate) fn end() -> Option<Box<Session>> {
    SESSION.take()
}

/// Whether the running schedule looks for data races.
#[inline]
pub(crate) fn is_watching() -> bool {
    IS_WATCHING.get()
}

/// Calls `f` with the session of this thread; returns `None` outside a schedule. `f` must not run foreign code: no
/// wakers, no destructors of foreign values.
pub(crate) fn with<R>(f: impl FnOnce(&mut Session) -> R) -> Option<R> {
    SESSION.with(|session| session.try_borrow_mut().ok()?.as_deref_mut().map(f))
}

/// Whether a schedule runs on this thread.
pub fn is_active() -> bool {
    SESSION.with(|session| session.try_borrow().map_or(true, |session| session.is_some()))
}

/// How many decisions the scheduler has made.
pub(crate) fn decisions() -> Option<usize> {
    with(|session| session.choices.len())
}

/// Records a step of the running thread or task, if steps are recorded.
pub(crate) fn record(place: &'static Location<'static>, action: impl FnOnce(&mut Session) -> Action) {
    with(|session| {
        session.heartbeat.see(place);
        if session.recording == Recording::Steps && session.phase == Phase::Running {
            let action = action(session);
            let place = session.readers_line(Place { file: place.file().to_owned(), line: place.line() });
            let task = session.actor();
            session.steps.push(Step { task, action, place });
        }
    });
}

impl Session {
    /// A line of the kit or of a library says nothing to the reader. The kit's are those of a `drop`, which does not know
    /// its caller. A library that does not pass its caller on is looked through: the stack has the line that led there.
    /// A search takes about a millisecond.
    fn readers_line(&mut self, place: Place) -> Option<Place> {
        const MOST_SEARCHES: u32 = 64;
        if is_kit(&place.file) {
            return None;
        }
        if !is_of_a_library(&place.file) {
            return Some(place);
        }
        self.searches += 1;
        (self.searches <= MOST_SEARCHES).then(stack::innermost_line).flatten().map(|line| line.place)
    }
}

/// Records that the running thread or task panicked, and where.
pub(crate) fn record_panic() {
    with(|session| {
        let actor = session.actor();
        if session.recording == Recording::Steps
            && session.phase == Phase::Running
            && let Some(panic) = session.panics.iter().rev().find(|panic| panic.by == Some(Who::Task(actor)))
        {
            let action = Action::Panics { message: panic.message.clone() };
            let step = Step { task: actor, action, place: panic.place.clone() };
            session.steps.push(step);
        }
    });
}

/// Whether steps are recorded now.
pub(crate) fn is_recorded() -> bool {
    with(|session| session.recording == Recording::Steps && session.phase == Phase::Running) == Some(true)
}

/// Keeps what the test is doing, or `None` when it has done it.
pub(crate) fn set_doing(doing: Option<String>) {
    with(|session| session.doing = doing);
}

/// Records that the running step touches an object.
#[inline]
pub(crate) fn touch(key: Key, access: Access) {
    with(|session| session.touch(key, access));
}

/// Records that the scheduler's next decision depends on more than the objects that steps touch, such as the order in a
/// queue of another package. A search of which every schedule passes then proves nothing.
pub fn lose_track() {
    with(Session::lose_track);
}
