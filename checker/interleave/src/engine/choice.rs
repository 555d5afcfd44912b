//! The types with which the scheduler and the strategies describe a choice.

/// A candidate to run next: a thread, or the clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    /// A small number that identifies it.
    pub(crate) slot: usize,
    /// The slot of the thread that started it.
    pub(crate) parent: Option<usize>,
    /// The number of this choice in a trace.
    pub(crate) choice: u32,
}

/// Why the running thread calls the scheduler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Another thread may run.
    Point,
    /// Another thread should run, if one can.
    Yield,
    /// The thread blocks.
    Block,
    /// The thread has ended.
    End,
}

/// The slot of the clock among the candidates. Threads come after it.
pub(crate) const CLOCK_SLOT: usize = 0;

/// How long schedules may be, and the test's other settings for the scheduler.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// After this many steps, a schedule turns fair; after [`FAIR_STEPS`] times as many, it is a livelock.
    pub(crate) steps: usize,
    pub(crate) deadlines: Deadlines,
    pub(crate) wakes: Wakes,
}

/// When a deadline may expire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deadlines {
    /// When no thread can run before it.
    #[default]
    Exact,
    /// At any moment: the scheduler chooses whether it comes first.
    Early,
}

/// When a thread wakes up that is parked or waits on a condition variable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wakes {
    /// When it is notified.
    #[default]
    Caused,
    /// Also without a notification, as the documentation of both warns, at most [`MOST_SPURIOUS_WAKES`] times per
    /// thread. The scheduler chooses.
    Spurious,
}

/// Without a limit, a thread that waits in a loop could wake up spuriously forever, and the test would never end. Two
/// spurious wake-ups are enough to tell a loop from an `if`, and from an `if` followed by a second one.
pub const MOST_SPURIOUS_WAKES: u32 = 2;

/// The multiple of its step limit that a schedule may take under a fair scheduler before it counts as a livelock. Long
/// programs end well before that; threads that only poll are detected earlier.
pub(crate) const FAIR_STEPS: usize = 50;

/// How the operation after a scheduling point accesses a shared object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// It reads the object and changes nothing that others can see.
    Read,
    /// It may change the object or wait for it.
    Write,
}
