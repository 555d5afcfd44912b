//! Which atomic operation would have ordered two accesses, had its ordering been stronger.

use std::fmt;
use std::panic::Location;
use std::sync::atomic::Ordering;

use super::{Operation, Seen, VectorClock, acquires, releases};

/// The operation to blame for a race, and why it orders nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blame {
    PublishesNothing(Access),
    LearnsNothing(Access),
    /// This store ended the release sequence that began at the other line.
    EndsSequence(Access, &'static Location<'static>),
}

/// An atomic operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    operation: Operation,
    order: Ordering,
    place: &'static Location<'static>,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = match self.operation {
            Operation::Load => "load",
            Operation::Store => "store",
            Operation::Update => "read-modify-write",
        };
        write!(f, "the {operation} at {} is `{:?}`", short(self.place), self.order)
    }
}

impl fmt::Display for Blame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Blame::PublishesNothing(access) => write!(f, "{access}, so it publishes nothing"),
            Blame::LearnsNothing(access) => write!(f, "{access}, so it acquires nothing"),
            Blame::EndsSequence(access, begun) => {
                write!(f, "{access} and overwrites the value that was released at {}", short(begun))
            }
        }
    }
}

/// The file's name and the line.
pub(in crate::engine) fn short(place: &Location<'_>) -> trace::Place {
    trace::Place { file: place.file().to_owned(), line: place.line() }
}

/// The last atomic operations of a schedule.
#[derive(Debug, Default)]
pub(super) struct Evidence(Vec<Step>);

#[derive(Debug)]
struct Step {
    thread: usize,
    object: usize,
    access: Access,
    /// What the thread knew then.
    known: VectorClock,
}

/// A schedule that is explained has few steps before its race, unless it spins.
const MOST_STEPS: usize = 2_000;

impl Evidence {
    pub(super) fn add(
        &mut self,
        thread: usize,
        object: usize,
        operation: Operation,
        order: Ordering,
        place: &'static Location<'static>,
        known: &VectorClock,
    ) {
        if self.0.len() < MOST_STEPS {
            self.0.push(Step { thread, object, access: Access { operation, order, place }, known: known.clone() });
        }
    }

    /// What would have told `thread` of `first`: one of its reads, and the write of another thread that knew of it.
    pub(super) fn blame(&self, first: &Seen, thread: usize) -> Option<Blame> {
        let reads = self.0.iter().enumerate().rev();
        let reads = reads.filter(|(_, step)| step.thread == thread && step.access.operation != Operation::Store);
        reads.filter_map(|(at, read)| self.blame_for_read(first, at, read)).next()
    }

    fn blame_for_read(&self, first: &Seen, at: usize, read: &Step) -> Option<Blame> {
        let writes = || {
            let before = self.0[..at].iter().enumerate();
            before.filter(|(_, step)| step.object == read.object && step.access.operation != Operation::Load)
        };
        let tells = |step: &Step| step.thread != read.thread && step.known.of(first.thread) > first.moment;
        let (since, write) = writes().find(|(_, step)| tells(step))?;
        if !releases(write.access.order) {
            return Some(Blame::PublishesNothing(write.access));
        }
        let ends = writes().find(|(later, step)| *later > since && step.access.operation == Operation::Store);
        if let Some((_, end)) = ends
            && !(releases(end.access.order) && tells(end))
        {
            return Some(Blame::EndsSequence(end.access, write.access.place));
        }
        (!acquires(read.access.order)).then_some(Blame::LearnsNothing(read.access))
    }
}
