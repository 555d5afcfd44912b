//! The order of steps that all schedules equivalent to one share.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};

use super::{EVERYTHING, Key, Step, Taken};
use crate::engine::choice::Access;

/// For each step, by slot, how many steps of that thread came before it in every equivalent schedule: the number of the
/// last one, counted from 1.
#[derive(Debug, Default)]
pub(super) struct Clocks(Vec<Vec<usize>>);

impl Clocks {
    /// Whether the step `first` comes before the step `second` in every equivalent schedule.
    pub(super) fn before(&self, steps: &[Step], first: usize, second: usize) -> bool {
        includes(&self.0[second], steps[first].slot, first)
    }

    /// The threads that may run first when the steps between `first` and `second` that do not depend on `first`, and
    /// then `second`, are moved before it.
    pub(super) fn initials(&self, steps: &[Step], first: usize, second: usize) -> Vec<usize> {
        let moved: Vec<usize> =
            (first + 1..second).filter(|step| !self.before(steps, first, *step)).chain([second]).collect();
        let mut initials = Vec::new();
        for (at, step) in moved.iter().enumerate() {
            let slot = steps[*step].slot;
            let is_own_first = moved[..at].iter().all(|other| steps[*other].slot != slot);
            if is_own_first && moved[..at].iter().all(|other| !self.before(steps, *other, *step)) {
                initials.push(slot);
            }
        }
        initials
    }
}

fn includes(clock: &[usize], slot: usize, step: usize) -> bool {
    clock.get(slot).is_some_and(|known| *known > step)
}

fn join(clock: &mut Vec<usize>, other: &[usize]) {
    if clock.len() < other.len() {
        clock.resize(other.len(), 0);
    }
    for (own, other) in clock.iter_mut().zip(other) {
        *own = (*own).max(*other);
    }
}

/// The order that all equivalent schedules share, and the pairs of steps that could come in the other order.
#[derive(Debug, Default)]
pub(super) struct Order {
    pub(super) clocks: Clocks,
    pub(super) races: Vec<(usize, usize)>,
}

/// The last steps that touched an object.
#[derive(Debug, Default)]
struct Last {
    write: Option<usize>,
    /// The steps that read it since then.
    reads: Vec<usize>,
}

/// Whether a step that lets another thread continue comes before that thread's next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Enabling {
    Orders,
    /// It does, but which of several such steps it was makes no difference to what follows.
    Ignored,
}

impl Order {
    pub(super) fn of(steps: &[Step], enabling: Enabling) -> Self {
        let mut order = Order::default();
        let mut objects: HashMap<Key, Last> = HashMap::new();
        let slots = steps.iter().map(|step| step.slot).max().map_or(0, |most| most + 1);
        let mut own: Vec<Vec<usize>> = vec![Vec::new(); slots];
        // The last step that touched everything, and the last step of each thread, for it to conflict with.
        let (mut everything, mut last_of): (Option<usize>, Vec<Option<usize>>) = (None, vec![None; slots]);
        let mut barrier: Vec<usize> = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            if step.after_time {
                order.clocks.0.iter().for_each(|clock| join(&mut barrier, clock));
            }
            let mut clock = own[step.slot].clone();
            join(&mut clock, &barrier);
            let enabled_by = step.enabled_by.filter(|_| enabling == Enabling::Orders);
            step.after
                .iter()
                .chain(&enabled_by)
                .filter(|by| **by < index)
                .for_each(|by| join(&mut clock, &order.clocks.0[*by]));
            let mut conflicts: Vec<usize> = everything.into_iter().collect();
            for (key, access) in &step.touched {
                if *key == EVERYTHING {
                    conflicts.extend(last_of.iter().flatten());
                    continue;
                }
                let Some(last) = objects.get(key) else { continue };
                conflicts.extend(last.write);
                if *access == Access::Write {
                    conflicts.extend(&last.reads);
                }
            }
            conflicts.sort_unstable();
            conflicts.dedup();
            conflicts.retain(|other| steps[*other].slot != step.slot);
            for (at, other) in conflicts.iter().enumerate() {
                let is_direct = || {
                    let between = &conflicts[at + 1..];
                    between.iter().all(|between| !order.clocks.before(steps, *other, *between))
                };
                if !includes(&clock, steps[*other].slot, *other) && is_direct() {
                    order.races.push((*other, index));
                }
            }
            conflicts.iter().for_each(|other| join(&mut clock, &order.clocks.0[*other]));
            join(&mut clock, &{
                let mut this = vec![0; step.slot + 1];
                this[step.slot] = index + 1;
                this
            });
            for (key, access) in &step.touched {
                if *key == EVERYTHING {
                    everything = Some(index);
                    continue;
                }
                let last = objects.entry(*key).or_default();
                match access {
                    Access::Write => *last = Last { write: Some(index), reads: Vec::new() },
                    Access::Read => last.reads.push(index),
                }
            }
            last_of[step.slot] = Some(index);
            own[step.slot].clone_from(&clock);
            order.clocks.0.push(clock);
        }
        order
    }
}

/// A number for each state between two choices: what each thread has done, and after which steps of the others. That
/// determines everything that follows, so two schedules that reach the same number continue in the same ways.
///
/// A thread that had to wait has made the same step as one that did not, so a step that resumes counts as one with the
/// step that waited.
pub(super) fn states(steps: &[Step], taken: &[Taken]) -> Vec<u64> {
    let clocks = Order::of(steps, Enabling::Ignored).clocks;
    let ordinals = ordinals(steps);
    let ordinal = |last: &usize| last.checked_sub(1).map_or(0, |last| ordinals[last]);
    let mut threads: Vec<Progress> = Vec::new();
    let mut running = 0;
    let mut states = vec![hash(&threads)];
    let mut next = steps.iter().enumerate().peekable();
    for (at, taken) in taken.iter().enumerate() {
        let step = next.next_if(|(_, step)| step.node == at);
        running = step.map_or(running, |(_, step)| step.slot);
        if threads.len() <= running {
            threads.resize(running + 1, Progress::default());
        }
        let thread = &mut threads[running];
        if let Some((index, step)) = step {
            thread.before = if step.resumes { thread.before } else { thread.all };
            thread.all = hash(&(thread.before, clocks.0[index].iter().map(ordinal).collect::<Vec<_>>()));
        } else if let Taken::Branch { chosen, .. } = taken {
            thread.before = thread.all;
            thread.all = hash(&(thread.before, "branch", chosen));
        }
        states.push(hash(&threads.iter().map(|thread| thread.all).collect::<Vec<_>>()));
    }
    states
}

/// The progress of a thread.
#[derive(Clone, Copy, Debug, Default, Hash)]
struct Progress {
    all: u64,
    /// Without its last step.
    before: u64,
}

/// The number of each step among the steps of its own thread, which is the same in every equivalent schedule.
fn ordinals(steps: &[Step]) -> Vec<usize> {
    let mut made_by: HashMap<usize, usize> = HashMap::new();
    let ordinal = |step: &Step| {
        let made = made_by.entry(step.slot).or_default();
        *made += usize::from(!step.resumes);
        *made
    };
    steps.iter().map(ordinal).collect()
}

/// A hash of a value, stable within this process.
pub(crate) fn hash(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
