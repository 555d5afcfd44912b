//! The tree of choices, node by node, and the steps of the running schedule.

use super::{EVERYTHING, Key, Touched};
use crate::engine::choice::Access;

#[derive(Debug)]
pub(super) enum Node {
    Threads(Threads),
    Branch { chosen: usize, of: usize },
}

/// A choice between threads.
#[derive(Debug)]
pub(super) struct Threads {
    pub(super) enabled: Vec<usize>,
    pub(super) chosen: usize,
    /// The objects that the next step of the chosen thread touched, in all schedules so far.
    pub(super) touched: Touched,
    /// Threads that were tried here, and what their steps touched.
    pub(super) done: Vec<(usize, Touched)>,
    /// Threads still to be tried.
    pub(super) backtrack: Vec<usize>,
    /// Threads that need not be tried, because what follows has been seen.
    pub(super) sleep: Vec<(usize, Touched)>,
}

/// A step of the running schedule.
#[derive(Debug)]
pub(super) struct Step {
    /// The choice before it.
    pub(super) node: usize,
    pub(super) slot: usize,
    pub(super) touched: Touched,
    /// The step that let it continue, if it waited.
    pub(super) enabled_by: Option<usize>,
    /// Steps that came before it in every equivalent schedule, because it could not be made before them.
    pub(super) after: Vec<usize>,
    /// Time moved before it, so it comes after the earlier steps of all threads.
    pub(super) after_time: bool,
    /// The thread resumes what it waited for.
    pub(super) resumes: bool,
    /// The thread waits after it.
    pub(super) blocks: bool,
}

/// A choice made in a schedule, with its alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Between threads, named by their slots.
    Thread {
        enabled: Vec<usize>,
        chosen: usize,
    },
    Branch {
        of: usize,
        chosen: usize,
    },
}

impl Taken {
    /// The alternatives: slots of threads, or the numbers of branches.
    pub(crate) fn alternatives(&self) -> Box<dyn Iterator<Item = usize> + '_> {
        match self {
            Taken::Thread { enabled, .. } => Box::new(enabled.iter().copied()),
            Taken::Branch { of, .. } => Box::new(0..*of),
        }
    }

    /// The alternative chosen.
    pub(crate) fn chosen(&self) -> usize {
        let (Taken::Thread { chosen, .. } | Taken::Branch { chosen, .. }) = self;
        *chosen
    }

    /// The same choice with another alternative chosen.
    pub(crate) fn with(&self, other: usize) -> Taken {
        let mut taken = self.clone();
        let (Taken::Thread { chosen, .. } | Taken::Branch { chosen, .. }) = &mut taken;
        *chosen = other;
        taken
    }
}

impl Threads {
    /// Whether schedules in which the thread in `slot` runs here are being tried, will be tried, or have been seen.
    pub(super) fn is_covered(&self, slot: usize) -> bool {
        self.chosen == slot
            || self.backtrack.contains(&slot)
            || self.done.iter().chain(&self.sleep).any(|(other, _)| *other == slot)
    }

    /// Adds one of `candidates` to the threads to try here, `preferred` if it is among them.
    pub(super) fn add_backtrack(&mut self, candidates: &[usize], preferred: usize) {
        let enabled = |slot: &&usize| self.enabled.contains(slot);
        let best = candidates.iter().find(|slot| **slot == preferred).filter(enabled);
        match best.or_else(|| candidates.iter().find(enabled)) {
            Some(slot) => self.backtrack.push(*slot),
            // None of them can run here, so any runnable thread may be needed.
            None => self
                .backtrack
                .extend(self.enabled.iter().filter(|slot| !self.backtrack.contains(slot)).copied().collect::<Vec<_>>()),
        }
    }

    /// Moves to the next thread to try. Returns whether there is one.
    pub(super) fn next(&mut self) -> bool {
        self.done.push((self.chosen, std::mem::take(&mut self.touched)));
        let tried = |slot: &usize| self.done.iter().chain(&self.sleep).any(|(other, _)| other == slot);
        let next = self.backtrack.iter().copied().find(|slot| !tried(slot));
        if let Some(next) = next {
            self.chosen = next;
        }
        next.is_some()
    }
}

/// Whether the order of two steps matters.
pub(super) fn depend(a: &Touched, b: &Touched) -> bool {
    let everything = |touched: &Touched| touched.iter().any(|(key, _)| *key == EVERYTHING);
    let clash = |(key, access): &(Key, Access)| {
        b.iter().any(|(other, theirs)| other == key && (*access == Access::Write || *theirs == Access::Write))
    };
    everything(a) || everything(b) || a.iter().any(clash)
}

pub(super) fn merge(into: &mut Touched, from: &Touched) {
    for (key, access) in from {
        match into.iter_mut().find(|(other, _)| other == key) {
            Some((_, before)) if *access == Access::Write => *before = *access,
            Some(_) => {}
            None => into.push((*key, *access)),
        }
    }
}
