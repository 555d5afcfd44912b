//! Looks for a simpler schedule that fails in the same way.
//!
//! Random schedules go back and forth for no reason, and a reader looks for one. So the failure is looked for once
//! more, from the simplest schedule on: each thread runs for as long as it can; then with one switch somewhere else,
//! then with two, … (iterative context bounding: Musuvathi and Qadeer, PLDI 2007). The bound counts steps and not
//! time, so that the same failure is always drawn the same way.

use std::collections::VecDeque;
use std::rc::Rc;

use super::session::{Recording, Session, Stop};

/// About 0.3 s. What takes more than two or three unlikely switches is shown as it was found.
const MOST_STEPS: usize = 300_000;

/// The choices of a simpler schedule that ends like `failed`, which ended with `stop`, or those of `failed` itself.
///
/// `run` runs the schedule that begins with the given choices, after which each thread stays on, and returns its session
/// whether it failed or not.
pub(crate) fn shrink(stop: &Stop, failed: &Session, run: impl Fn(Vec<u32>, Recording) -> Box<Session>) -> Vec<u32> {
    // A livelock is long by its nature, and any schedule of it is as good as another.
    if matches!(stop, Stop::Livelock) {
        return failed.choices.clone();
    }
    let mut queue = VecDeque::from([Variant::default()]);
    let mut steps = 0;
    while let Some(variant) = queue.pop_front() {
        let prefix = variant.choices();
        let from = prefix.len();
        let session = run(prefix, Recording::Points);
        if session.stop.as_ref().is_some_and(|other| other.is_like(stop)) {
            let simpler = trace::switches(&session.choices) < trace::switches(&failed.choices);
            return if simpler { session.choices } else { failed.choices.clone() };
        }
        steps += session.choices.len();
        if steps > MOST_STEPS {
            break;
        }
        let of: Rc<[u32]> = session.choices.into();
        for (at, point) in session.points.iter().enumerate().skip(from) {
            for other in point.candidates.iter().filter(|other| **other != of[at]) {
                queue.push_back(Variant { of: Rc::clone(&of), at, other: Some(*other) });
            }
        }
    }
    failed.choices.clone()
}

/// A schedule like another one up to a point, and then with another choice. Thousands of them share what they vary.
#[derive(Default)]
struct Variant {
    of: Rc<[u32]>,
    at: usize,
    /// `None` for the schedule without any choice made for it.
    other: Option<u32>,
}

impl Variant {
    fn choices(&self) -> Vec<u32> {
        self.of[..self.at].iter().copied().chain(self.other).collect()
    }
}
