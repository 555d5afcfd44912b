//! The words in which scheduler and strategies talk about a choice.

/// Somebody who could go on now: a thread, or the clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    /// A small number of its own.
    pub(crate) slot: usize,
    /// The slot of whoever started it.
    pub(crate) parent: Option<usize>,
    /// What a trace calls this choice.
    pub(crate) choice: u32,
}

/// Why the running thread asks who goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Another one may.
    Point,
    /// Another one should, if there is one.
    Yield,
    /// It waits.
    Block,
    /// It has ended.
    End,
}

/// The slot of the clock among the candidates; threads come after it.
pub(crate) const CLOCK_SLOT: usize = 0;

/// How long schedules may be, and what else the test asks of the scheduler.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// After so many steps a schedule turns fair; after [`FAIR_STEPS`] times as many it is a
    /// livelock.
    pub(crate) steps: usize,
    pub(crate) deadlines: Deadlines,
    pub(crate) wakes: Wakes,
}

/// When a deadline may strike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deadlines {
    /// When no thread can run before it.
    #[default]
    Exact,
    /// At any moment: whether it comes first is a choice of the scheduler.
    Early,
}

/// When a parked thread or one that waits on a condition variable wakes up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wakes {
    /// When it is woken.
    #[default]
    Caused,
    /// Also without a notification, as the documentation of both warns, at most [`MOST_SPURIOUS_WAKES`] times for each
    /// thread; whether it does is a choice of the scheduler.
    Spurious,
}

/// A thread that waits in a loop could wake up without a notification for ever, and no test would end. Two are enough to
/// tell a loop from an `if`, and from a second `if` after it.
pub const MOST_SPURIOUS_WAKES: u32 = 2;

/// How many times its limit of steps a schedule may take under a fair scheduler before it is called a livelock. Long
/// programs end well before that; threads that only ask again and again are noticed earlier.
pub(crate) const FAIR_STEPS: usize = 50;

/// How the operation after a scheduling point touches what is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It looks at the object and changes nothing that others can see.
    Read,
    /// It may change the object, or wait for it.
    Write,
}
