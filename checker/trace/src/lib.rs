//! What happened in one interleaving, as plain data.
//!
//! The test kit writes a [`Report`] per test and the checker reads it, so this is the one crate that both
//! sides share. It does no I/O and has no dependencies: [`protocol`] says how they talk, [`wire`] turns
//! reports into text and back, [`timeline`] draws a [`Trace`] for people.

mod ends;
pub mod map;
pub mod protocol;
pub mod timeline;
pub mod wire;
mod words;

pub use words::{Cause, Target, Wait};

/// What one test, run in its own process, has to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Report {
    /// How many interleavings were run and how many were asked for; `None` in real mode.
    pub explored: Option<Explored>,
    /// The first failure. A test without one passed only if the end marker is there, too.
    pub failure: Option<Failure>,
    /// What happened in a schedule that did not fail, if that was asked for.
    pub trace: Option<Trace>,
    /// Every state that the test can reach, if that was asked for.
    pub map: Option<map::Map>,
    /// The nonce of the run, written as the very last thing a passing test does.
    pub passed: Option<String>,
}

/// How far an exploration came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Explored {
    pub schedules: u32,
    pub budget: u32,
    pub seed: u64,
    /// How many of them a strategy chose; the others were found in order.
    pub sampled: u32,
    pub coverage: Coverage,
}

/// How far the result covers the interleavings that were not run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Coverage {
    /// Each is equivalent to one that was run.
    Proven,
    /// All were run that depart from the plain order (each task runs for as long as it can, then the next one) at most so
    /// often; of the others, a sample.
    Bounded { departures: u32, schedules: u32 },
    /// Nothing.
    #[default]
    Sampled,
}

/// Why a test failed, as far as the test's own process can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Failure {
    pub kind: FailureKind,
    /// One or more lines for people.
    pub message: String,
    /// Where a panic was raised.
    pub place: Option<Place>,
    /// The interleaving that failed; `None` in real mode.
    pub trace: Option<Trace>,
}

/// The kinds of failure that a test's own process can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum FailureKind {
    /// A panic: an assertion of the test, or the learner's code.
    Panic,
    /// Every task waits, and none can be woken.
    Deadlock,
    /// The schedule does not end: tasks run, but none makes progress.
    Livelock,
    /// The test does something that cannot be explored. Nothing is said about the code.
    Unsupported,
    /// The test kit itself failed.
    Internal,
}

/// A line of a source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Place {
    /// As the compiler names it: relative to the workspace root.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
}

impl std::fmt::Display for Place {
    /// The file's own name and the line: `lib.rs:12`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.file.rsplit(['/', '\\']).next().unwrap_or(&self.file);
        write!(f, "{name}:{}", self.line)
    }
}

/// One interleaving: who did what, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Trace {
    /// Which schedule of the exploration this is, counted from 1.
    pub schedule: u32,
    /// How many were to be sampled; 0 if the search for every interleaving found this one.
    pub budget: u32,
    pub seed: u64,
    pub tasks: Vec<Task>,
    pub objects: Vec<Object>,
    pub steps: Vec<Step>,
    /// The ends of channels that were left when the schedule ended.
    pub ends: Vec<End>,
    /// What the scheduler chose, each time it had a choice: a task that goes on, the [`CLOCK`], or a [`branch`]. Enough
    /// to run the same interleaving again.
    pub choices: Vec<u32>,
    /// One for each choice.
    pub points: Vec<Point>,
    /// The lines of source that the steps point into.
    pub lines: Vec<SourceLine>,
    /// How often the schedule that was found first goes from one task to another. This one is simpler, or the same.
    pub found_switches: u32,
}

/// A line of source as it was when the schedule ran.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SourceLine {
    pub place: Place,
    /// Without the blanks around it.
    pub text: String,
    /// The function of the learner that this line belongs to. `None` in the tests, and where that is not known.
    pub function: Option<String>,
}

/// A moment at which the scheduler has a say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Point {
    /// How many of [`Trace::steps`] came before.
    pub step: usize,
    /// What could be chosen, in the same words as [`Trace::choices`].
    pub candidates: Vec<u32>,
}

impl Trace {
    /// The name of a task as the head of its column: with the worker that it keeps busy, if it does not let go of it.
    pub fn lane(&self, task: usize) -> String {
        let name = &self.tasks[task].name;
        match self.blocked_worker(task) {
            Some(worker) if worker != task => format!("{name} on {}", self.tasks[worker].name),
            _ => name.clone(),
        }
    }

    /// The thread that polls this async task and cannot go on, because the task blocks.
    pub fn blocked_worker(&self, task: usize) -> Option<usize> {
        let task = self.tasks.get(task)?;
        (task.kind == TaskKind::Async && task.state == TaskState::Running).then_some(task.on?)
    }

    /// The line of source at `place`, if it is known.
    pub fn source(&self, place: &Place) -> Option<&str> {
        self.lines.iter().find(|line| line.place == *place).map(|line| line.text.as_str())
    }

    /// The function of the learner that `place` lies in.
    pub fn function(&self, place: &Place) -> Option<&str> {
        self.lines.iter().find(|line| line.place == *place)?.function.as_deref()
    }

    /// How often the schedule goes from one task to another.
    pub fn switches(&self) -> u32 {
        switches(&self.choices)
    }
}

/// The choice that time passes up to the next deadline although a task could run.
pub const CLOCK: u32 = (1 << 31) - 1;

/// Marks a choice that is none between tasks.
const BRANCH: u32 = 1 << 31;

/// Marks a choice of whether a wait ends without a notification.
const WAKE: u32 = BRANCH | (1 << 30);

/// The choice of whether a wait that begins ends at once, without a notification: 1, or not: 0.
pub const fn spurious(n: u32) -> u32 {
    WAKE | n
}

/// Whether `choice` is a [`spurious`] one.
pub const fn is_spurious(choice: u32) -> bool {
    choice & WAKE == WAKE
}

/// The choice of alternative `n` where the program itself leaves something to chance, such as the branch that
/// `select!` polls first.
pub const fn branch(n: u32) -> u32 {
    BRANCH | n
}

/// The alternative, if `choice` is a [`branch`] or a [`spurious`] one.
pub const fn as_branch(choice: u32) -> Option<u32> {
    if choice & BRANCH == 0 { None } else { Some(choice & !WAKE) }
}

/// How often `choices` go from one task to another. Every schedule begins with the test body, task 0.
pub fn switches(choices: &[u32]) -> u32 {
    let tasks = choices.iter().filter(|choice| as_branch(**choice).is_none());
    let mut last = &0;
    tasks.filter(|task| std::mem::replace(&mut last, *task) != *task).count() as u32
}

/// A thread or an async task. Its id is its index in [`Trace::tasks`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Task {
    /// The name it was spawned with, or `main`, `thread 1`, `task 1`, …
    pub name: String,
    pub kind: TaskKind,
    /// How the schedule left it.
    pub state: TaskState,
    /// The thread that polls this async task, or polled it last.
    pub on: Option<usize>,
}

impl Task {
    /// A thread of this name that has not run yet.
    pub fn named(name: &str) -> Self {
        Task { name: name.to_owned(), ..Task::default() }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum TaskKind {
    #[default]
    Thread,
    /// A thread that an executor polls its tasks on.
    Worker,
    /// Polled by threads.
    Async,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum TaskState {
    /// It could go on, and waits for its turn.
    #[default]
    Ready,
    /// A thread: it runs or waits. An async task: a thread is inside its `poll`.
    Running,
    /// An async task that waits to be woken.
    Suspended,
    Ended,
    Panicked,
    /// An async task that was dropped before its end.
    Cancelled,
}

/// Something that tasks share: a lock, a channel, a counter. Its id is its index in [`Trace::objects`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Object {
    /// The type without its parameters: `Mutex`.
    pub type_name: String,
    /// The field or variable that it was created for, or its type if that is not known.
    pub name: String,
    pub created: Option<Place>,
}

/// An end of a channel, and the task that owned it: the one that dropped it when the schedule had ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct End {
    pub object: usize,
    pub side: Side,
    pub task: usize,
}

/// The side of a channel that an end belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Side {
    Sender,
    Receiver,
}

/// One thing that one task did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Step {
    pub task: usize,
    pub action: Action,
    pub place: Option<Place>,
}

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Mode {
    /// By one task alone, in a lock that knows no other way.
    Lock,
    Read,
    Write,
    /// Readable by others, and entitled to become the writer.
    Upgradable,
    /// A share of a counted resource: a permit.
    Permit,
}

/// What a task did. The object is an index into [`Trace::objects`], the other task one into [`Trace::tasks`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "does", rename_all = "kebab-case"))]
pub enum Action {
    /// Started another task.
    Spawns { child: usize },
    /// Went to sleep until it can have the object.
    Waits { object: usize, mode: Mode },
    /// Stopped waiting without having got the object: the future was dropped.
    GivesUp { object: usize },
    /// Got the object.
    Acquires { object: usize, mode: Mode },
    /// Gave the object back.
    Releases { object: usize, mode: Mode },
    /// Asked without waiting and was refused.
    Refused { object: usize, mode: Mode },
    /// Read a shared value without a lock.
    Loads { object: usize, value: String },
    /// Wrote a shared value without a lock.
    Stores { object: usize, value: String },
    /// Read and wrote a shared value in one step.
    Updates { object: usize, old: String, new: String },
    /// Woke others: notified, sent, opened a gate.
    Signals { object: usize },
    /// Went to sleep until signalled.
    Listens { object: usize },
    /// Was signalled.
    Hears { object: usize },
    /// Went to sleep until another task ends.
    Joins { other: usize },
    /// The other task had ended.
    Joined { other: usize },
    /// Went to sleep until a time on the clock of the schedule.
    Sleeps { until: String },
    /// Offered to wait for its next turn.
    Yields,
    /// Ended.
    Ends,
    /// Panicked.
    Panics { message: String },
}

impl Action {
    /// The object that this is about, if there is one.
    pub fn object(&self) -> Option<usize> {
        match *self {
            Action::Waits { object, .. }
            | Action::GivesUp { object }
            | Action::Acquires { object, .. }
            | Action::Releases { object, .. }
            | Action::Refused { object, .. }
            | Action::Loads { object, .. }
            | Action::Stores { object, .. }
            | Action::Updates { object, .. }
            | Action::Signals { object }
            | Action::Listens { object }
            | Action::Hears { object } => Some(object),
            Action::Spawns { .. }
            | Action::Joins { .. }
            | Action::Joined { .. }
            | Action::Sleeps { .. }
            | Action::Yields
            | Action::Ends
            | Action::Panics { .. } => None,
        }
    }
}
