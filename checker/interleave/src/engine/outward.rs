//! Runs schedules from the simplest one on: each thread runs for as long as it can; then with one choice made otherwise,
//! then with two, … (iterative context bounding: Musuvathi and Qadeer, PLDI 2007).
//!
//! Random schedules go back and forth for no reason, and a reader looks for one; most bugs need one or two preemptions.
//! So this finds failures that are easy to read, and simpler schedules for those that sampling found. The bound counts
//! steps and not time, so that the same is found every time.

use std::collections::VecDeque;
use std::rc::Rc;

use super::session::{Recording, Session, Stop};

/// The result of a walk.
pub(crate) struct Walk {
    /// The simplest schedule that ended as it was wanted.
    pub(crate) found: Option<Box<Session>>,
    /// How many schedules were run.
    pub(crate) runs: u32,
    /// How many steps those took.
    pub(crate) steps: usize,
    /// How many of them have at most so many choices made otherwise, which are all that have: `(choices, schedules)`.
    pub(crate) complete: Option<(u32, u32)>,
}

/// Walks until a schedule ends as it is `wanted`, or so many steps have been made.
///
/// `run` runs the schedule that begins with the given choices, after which each thread stays on.
pub(crate) fn walk(
    most_steps: usize,
    wanted: impl Fn(&Stop) -> bool,
    run: impl Fn(Vec<u32>, Recording) -> Box<Session>,
) -> Walk {
    // The executor is a matter of taste and no preemption.
    let thread_each = Variant { other: Some(trace::branch(1)), ..Variant::default() };
    let mut queue = VecDeque::from([Variant::default(), thread_each]);
    let mut walk = Walk { found: None, runs: 0, steps: 0, complete: None };
    let (mut is_single, mut deepest) = (false, 0);
    while let Some(variant) = queue.pop_front() {
        deepest = variant.depth;
        if variant.depth > walk.complete.map_or(0, |(depth, _)| depth + 1) {
            // Those before it are through.
            walk.complete = Some((variant.depth - 1, walk.runs));
        }
        let prefix = variant.choices();
        let from = prefix.len();
        let session = run(prefix, Recording::Points);
        walk.runs += 1;
        walk.steps += session.choices.len();
        if walk.runs == 2 && !is_single && !session.chose_executor {
            // The same schedule once more.
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

/// A schedule like another one up to a point, and then with another choice. Thousands of them share what they vary.
#[derive(Default)]
struct Variant {
    of: Rc<[u32]>,
    at: usize,
    /// `None` for the schedule without any choice made for it.
    other: Option<u32>,
    /// How many choices were made otherwise.
    depth: u32,
}

impl Variant {
    fn choices(&self) -> Vec<u32> {
        self.of[..self.at].iter().copied().chain(self.other).collect()
    }
}
