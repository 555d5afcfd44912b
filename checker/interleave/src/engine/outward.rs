//! Runs schedules in order of simplicity: first each thread runs for as long as it can, then one choice is made
//! differently, then two, and so on (iterative context bounding: Musuvathi and Qadeer, PLDI 2007).
//!
//! Random schedules switch threads for no reason, and a reader looks for one; most bugs need one or two preemptions. So
//! this walk finds failures that are easy to read, and simpler schedules for failures found by sampling. Its bound
//! counts steps, not time, so that it always finds the same.

use std::collections::VecDeque;
use std::rc::Rc;

use super::session::{Recording, Session, Stop};

/// The result of a walk.
pub(crate) struct Walk {
    /// The simplest schedule that ended as wanted.
    pub(crate) found: Option<Box<Session>>,
    /// How many schedules were run.
    pub(crate) runs: u32,
    /// How many steps they took.
    pub(crate) steps: usize,
    /// `(choices, schedules)`: all schedules with at most `choices` choices made differently, `schedules` in total,
    /// were run.
    pub(crate) complete: Option<(u32, u32)>,
}

/// Walks until `wanted` accepts how a schedule ended, or until `most_steps` steps have been taken.
///
/// `run` runs the schedule that begins with the given choices, after which each thread runs for as long as it can.
pub(crate) fn walk(
    most_steps: usize,
    wanted: impl Fn(&Stop) -> bool,
    run: impl Fn(Vec<u32>, Recording) -> Box<Session>,
) -> Walk {
    // Choosing the executor does not count as a preemption.
    let thread_each = Variant { other: Some(trace::branch(1)), ..Variant::default() };
    let mut queue = VecDeque::from([Variant::default(), thread_each]);
    let mut walk = Walk { found: None, runs: 0, steps: 0, complete: None };
    let (mut is_single, mut deepest) = (false, 0);
    while let Some(variant) = queue.pop_front() {
        deepest = variant.depth;
        if variant.depth > walk.complete.map_or(0, |(depth, _)| depth + 1) {
            // All schedules with fewer changes have been run.
            walk.complete = Some((variant.depth - 1, walk.runs));
        }
        let prefix = variant.choices();
        let from = prefix.len();
        let session = run(prefix, Recording::Points);
        walk.runs += 1;
        walk.steps += session.choices.len();
        if walk.runs == 2 && !is_single && !session.chose_executor {
            // This schedule was the same as the previous one.
            walk.runs -= 1;
            is_single = true;
            continue;
        }
        if session.stop.as_ref().is_some_and(&wanted) {
            walk.found = Some(session);
            return walk;
        }
        if walk.steps > most_steps {
            return walk;
        }
        let first = from.max(usize::from(session.chose_executor));
        let of: Rc<[u32]> = session.choices.into();
        for (at, point) in session.points.iter().enumerate().skip(first) {
            for other in point.candidates.iter().filter(|other| **other != of[at]) {
                queue.push_back(Variant { of: Rc::clone(&of), at, other: Some(*other), depth: variant.depth + 1 });
            }
        }
    }
    walk.complete = Some((deepest, walk.runs));
    walk
}

/// A schedule that follows another one up to a point and then chooses differently. Thousands of these share `of`.
#[derive(Default)]
struct Variant {
    of: Rc<[u32]>,
    at: usize,
    /// `None` for the schedule in which no choice is prescribed.
    other: Option<u32>,
    /// How many choices were made differently.
    depth: u32,
}

impl Variant {
    fn choices(&self) -> Vec<u32> {
        self.of[..self.at].iter().copied().chain(self.other).collect()
    }
}
