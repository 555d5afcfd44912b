//! The steps of a trace: what a task did, and to what.

use crate::Place;

/// One thing that one task did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Step {
    /// Who did it: an index into [`Trace::tasks`](crate::Trace::tasks).
    pub task: usize,
    /// What it did.
    pub action: Action,
    /// The line of the program that did it, if that is known.
    pub place: Option<Place>,
}

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Mode {
    /// Exclusive, in a lock that has only this mode.
    Lock,
    /// Shared with other readers.
    Read,
    /// Exclusive, in a lock that also has readers.
    Write,
    /// Readable by others, and entitled to become the writer.
    Upgradable,
    /// A permit of a counted resource.
    Permit,
}

/// What a task did. `object` is an index into [`Trace::objects`](crate::Trace::objects); `child` and `other` are indices into
/// [`Trace::tasks`](crate::Trace::tasks).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "does", rename_all = "kebab-case"))]
pub enum Action {
    /// Spawned another task.
    Spawns {
        /// The task that can run from now on.
        child: usize,
    },
    /// Started to wait for the object.
    Waits {
        /// The lock that is not free.
        object: usize,
        /// How the task wants to hold it.
        mode: Mode,
    },
    /// Stopped waiting without acquiring the object, because the future was dropped.
    GivesUp {
        /// The lock or signal that the future had waited for.
        object: usize,
    },
    /// Acquired the object.
    Acquires {
        /// The lock that the task holds from now on.
        object: usize,
        /// How it holds it.
        mode: Mode,
    },
    /// Released the object.
    Releases {
        /// The lock that the task held.
        object: usize,
        /// How it held it.
        mode: Mode,
    },
    /// Tried to acquire the object without waiting, and failed.
    Refused {
        /// The lock that was not free.
        object: usize,
        /// How the task wanted to hold it.
        mode: Mode,
    },
    /// Read a shared value without a lock.
    Loads {
        /// The atomic or cell that was read.
        object: usize,
        /// What it contained, as `Debug` prints it.
        value: String,
    },
    /// Wrote a shared value without a lock.
    Stores {
        /// The atomic or cell that was written.
        object: usize,
        /// What it contains now, as `Debug` prints it.
        value: String,
    },
    /// Read and wrote a shared value atomically.
    Updates {
        /// The atomic that was changed.
        object: usize,
        /// What it contained before, as `Debug` prints it.
        old: String,
        /// What it contains now.
        new: String,
    },
    /// Accessed a cell through a pointer, to read or to write.
    Accesses {
        /// The cell.
        object: usize,
    },
    /// Woke others: notified, sent, opened a gate.
    Signals {
        /// The channel, condition variable, gate or the like that was used.
        object: usize,
    },
    /// Started to wait for a signal.
    Listens {
        /// What has to be signalled for the task to go on.
        object: usize,
    },
    /// Received the signal.
    Hears {
        /// What was signalled.
        object: usize,
    },
    /// Started to wait for another task to end.
    Joins {
        /// The task that has to end.
        other: usize,
    },
    /// The other task had ended.
    Joined {
        /// The task that had ended.
        other: usize,
    },
    /// Started to sleep until a time on the clock of the schedule.
    Sleeps {
        /// The time since the start of the schedule, such as `5ms`.
        until: String,
    },
    /// Yielded to the scheduler.
    Yields,
    /// Ended.
    Ends,
    /// Panicked.
    Panics {
        /// What the panic says; may have several lines.
        message: String,
    },
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
            | Action::Accesses { object }
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
