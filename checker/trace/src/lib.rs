//! What happened in one interleaving, as plain data.
//!
//! The test kit writes a [`Report`] per test and the checker reads it, so this is the one crate that both
//! sides share. It does no I/O and has no dependencies: [`protocol`] defines how the two communicate, [`wire`] turns
//! reports into text and back, [`timeline`] draws a [`Trace`] for people.
//!
//! What this crate derives from a trace ([`Cause`], [`timeline::Picture`], [`map::Tree`] and their parts) may get more
//! fields. The enums are exhaustive: whoever shows a trace should not compile until it shows a new kind of step, too.

#![warn(missing_docs)]

mod action;
pub mod columns;
mod ends;
mod listed;
pub mod map;
mod names;
pub mod protocol;
pub mod timeline;
pub mod wire;
mod words;

pub use action::{Action, Mode, Step};
pub use names::{quoted_name, shard_name};
pub use words::{Cause, Target, Wait};

/// What one test reports. Each test runs in its own process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Report {
    /// How many interleavings were run and how many were requested; `None` in real mode.
    pub explored: Option<Explored>,
    /// The first failure. A test without one passed only if `passed` is set, too.
    pub failure: Option<Failure>,
    /// What happened in a schedule that did not fail, if requested.
    pub trace: Option<Trace>,
    /// Every state that the test can reach, if requested.
    pub map: Option<map::Map>,
    /// The nonce of the run. Writing it is the very last thing a passing test does.
    pub passed: Option<String>,
}

/// How far an exploration got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Explored {
    /// How many schedules were run.
    pub schedules: u32,
    /// How many schedules a sample was to have.
    pub budget: u32,
    /// The seed of the sample. It matters only if there was one.
    pub seed: u64,
    /// How many of them a strategy chose; the others were found in order.
    pub sampled: u32,
    /// What that says about the schedules that were not run.
    pub coverage: Coverage,
}

/// What the result says about the interleavings that were not run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Coverage {
    /// Each of them is equivalent to one that was run.
    Proven,
    /// The run covers every schedule that departs from the default order (each task runs for as long as it can, then
    /// the next) at most `departures` times, and a sample of the others.
    Bounded {
        /// How often such a schedule passes over the task whose turn it is, at most.
        departures: u32,
        /// How many such schedules there are; all of them were run.
        schedules: u32,
    },
    /// Nothing.
    #[default]
    Sampled,
}

/// Why a test failed, as far as the test's own process can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Failure {
    /// What went wrong.
    pub kind: FailureKind,
    /// One or more lines, written for people.
    pub message: String,
    /// Where a panic was raised.
    pub place: Option<Place>,
    /// The interleaving that failed; `None` in real mode.
    pub trace: Option<Trace>,
}

/// The kinds of failure that the test's own process can identify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum FailureKind {
    /// A panic: an assertion of the test, or the learner's code.
    Panic,
    /// Every task is waiting, and none can be woken.
    Deadlock,
    /// The schedule does not end: tasks run, but none makes progress.
    Livelock,
    /// Two threads access a cell, and nothing orders the accesses.
    DataRace,
    /// The test does something that cannot be explored. This says nothing about the code under test.
    Unsupported,
    /// The test kit itself failed.
    Internal,
}

/// A line of a source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Place {
    /// As the compiler reports it: relative to the workspace root.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
}

impl std::fmt::Display for Place {
    /// The file name without its folders, and the line: `lib.rs:12`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.file.rsplit(['/', '\\']).next().unwrap_or(&self.file);
        write!(f, "{name}:{}", self.line)
    }
}

/// Where a thread stands when the checker is about to end its test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The thread's name; empty if it has none.
    pub thread: String,
    /// The innermost line of the learner's package that it is executing.
    pub place: Option<Place>,
    /// What that line has called: `Mutex::lock`.
    pub call: Option<String>,
}

/// One interleaving: which task did what, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Trace {
    /// Which schedule of the exploration this is, counted from 1.
    pub schedule: u32,
    /// How many schedules were to be sampled; 0 if the exhaustive search found this one.
    pub budget: u32,
    /// The seed of the sample that found this one.
    pub seed: u64,
    /// The threads and tasks of the test, in the order in which they were spawned.
    pub tasks: Vec<Task>,
    /// What they share, in the order in which it was first used.
    pub objects: Vec<Object>,
    /// What they did, in the order in which it happened.
    pub steps: Vec<Step>,
    /// The channel ends that still existed when the schedule ended.
    pub ends: Vec<End>,
    /// What the scheduler chose at each scheduling point: a task to resume, the [`CLOCK`], or a [`branch`]. Enough to
    /// replay the interleaving.
    pub choices: Vec<u32>,
    /// One for each choice.
    pub points: Vec<Point>,
    /// The source lines that the steps refer to.
    pub lines: Vec<SourceLine>,
    /// How many task switches the failing schedule had when it was first found. This trace has as many, or fewer.
    pub found_switches: u32,
}

/// A line of source as it was when the schedule ran.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SourceLine {
    /// Where it stands.
    pub place: Place,
    /// Trimmed.
    pub text: String,
    /// The function of the learner that this line belongs to. `None` in the tests, and where that is not known.
    pub function: Option<String>,
}

/// A moment at which the scheduler can choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Point {
    /// How many of [`Trace::steps`] came before it.
    pub step: usize,
    /// What could be chosen, encoded as in [`Trace::choices`].
    pub candidates: Vec<u32>,
}

impl Trace {
    /// The task's name as a column header, with the worker that it blocks, if it blocks one.
    pub fn lane(&self, task: usize) -> String {
        let name = &self.tasks[task].name;
        match self.blocked_worker(task) {
            Some(worker) if worker != task => format!("{name} on {}", self.tasks[worker].name),
            _ => name.clone(),
        }
    }

    /// The thread that is polling this async task and cannot continue because the task blocks it.
    pub fn blocked_worker(&self, task: usize) -> Option<usize> {
        let task = self.tasks.get(task)?;
        (task.kind == TaskKind::Async && task.state == TaskState::Running).then_some(task.on?)
    }

    /// The source line at `place`, if known.
    pub fn source(&self, place: &Place) -> Option<&str> {
        self.lines.iter().find(|line| line.place == *place).map(|line| line.text.as_str())
    }

    /// The function of the learner that `place` lies in.
    pub fn function(&self, place: &Place) -> Option<&str> {
        self.lines.iter().find(|line| line.place == *place)?.function.as_deref()
    }

    /// How often the schedule switches from one task to another.
    pub fn switches(&self) -> u32 {
        switches(&self.choices)
    }
}

/// The choice to let time pass up to the next deadline although a task could run.
pub const CLOCK: u32 = (1 << 31) - 1;

/// Marks a choice that is not between tasks.
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

/// The choice of alternative `n` where the program itself is random, such as the branch that `select!` polls first.
pub const fn branch(n: u32) -> u32 {
    BRANCH | n
}

/// The alternative, if `choice` is a [`branch`] or a [`spurious`] one.
pub const fn as_branch(choice: u32) -> Option<u32> {
    if choice & BRANCH == 0 { None } else { Some(choice & !WAKE) }
}

/// How often `choices` switch from one task to another. Every schedule begins with the test body, task 0.
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
    /// Whether it is a thread, a worker of an executor or an async task.
    pub kind: TaskKind,
    /// Its state when the schedule ended.
    pub state: TaskState,
    /// The thread that is polling this async task, or polled it last.
    pub on: Option<usize>,
}

impl Task {
    /// A thread of this name that has not run yet.
    pub fn named(name: &str) -> Self {
        Task { name: name.to_owned(), ..Task::default() }
    }
}

/// What kind of thread of control a [`Task`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum TaskKind {
    /// A thread that the program spawned, or the one that runs the test.
    #[default]
    Thread,
    /// A thread on which an executor polls its tasks.
    Worker,
    /// A task polled by threads.
    Async,
}

/// Whether a [`Task`] runs, waits or is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum TaskState {
    /// It can run, and waits for its turn.
    #[default]
    Ready,
    /// A thread that runs or waits, or an async task that a thread is polling.
    Running,
    /// An async task that is waiting to be woken.
    Suspended,
    /// It returned.
    Ended,
    /// It panicked.
    Panicked,
    /// An async task that was dropped before it completed.
    Cancelled,
}

/// Something that tasks share: a lock, a channel, a counter. Its id is its index in [`Trace::objects`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Object {
    /// The type without its parameters: `Mutex`.
    pub type_name: String,
    /// The field or variable that it was created for, or its type if that is unknown; of a part of a map, as
    /// [`shard_name`] makes it.
    pub name: String,
    /// The line that created it. `None` if that is not known, as for a lock made from a constant of a trait.
    pub created: Option<Place>,
}

/// An end of a channel, and the task that owned it: the one that dropped it after the schedule had ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct End {
    /// The channel: an index into [`Trace::objects`].
    pub object: usize,
    /// Which end of it.
    pub side: Side,
    /// The owner: an index into [`Trace::tasks`].
    pub task: usize,
}

/// The side of a channel that an end belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Side {
    /// The end that sends.
    Sender,
    /// The end that receives.
    Receiver,
}
