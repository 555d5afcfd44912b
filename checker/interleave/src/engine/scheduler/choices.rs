//! Choices that are not between threads: behavior that the real packages leave unspecified.

use trace::Point;

use super::super::choice::{MOST_SPURIOUS_WAKES, Wakes};
use super::super::session::{self, Phase, Recording};

/// Chooses one of `alternatives` (at least one), for behavior that the real package leaves unspecified.
pub fn choose(alternatives: usize) -> usize {
    assert!(alternatives > 0, "there is something to choose from");
    choose_as(trace::branch, alternatives)
}

/// As [`choose`], with a function that gives the choice its name in a trace.
fn choose_as(named: fn(u32) -> u32, alternatives: usize) -> usize {
    if alternatives == 1 {
        return 0;
    }
    session::with(|session| {
        if session.phase == Phase::TearingDown {
            return 0;
        }
        session.had_a_choice = true;
        let choice = session.source.branch(alternatives, session.choices.len());
        if session.recording >= Recording::Points {
            let candidates = (0..alternatives).map(|n| named(n as u32)).collect();
            session.points.push(Point { step: session.steps.len(), candidates });
        }
        session.choices.push(named(choice as u32));
        choice
    })
    .unwrap_or(0)
}

/// The executor of a test's async tasks when the test does not choose one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutorChoice {
    /// All on the test's thread, as on tokio's single-threaded runtime.
    OneWorker,
    /// Each on its own thread, so that they interleave as on a runtime with as many threads as tasks.
    ThreadEach,
}

/// Chooses the executor for this schedule.
pub fn choose_executor() -> ExecutorChoice {
    let choice = session::with(|session| {
        session.chose_executor = true;
        let choice = session.source.executor(session.choices.len());
        if session.recording >= Recording::Points {
            session
                .points
                .push(Point { step: session.steps.len(), candidates: vec![trace::branch(0), trace::branch(1)] });
        }
        session.choices.push(trace::branch(choice as u32));
        choice
    });
    match choice {
        Some(0) => ExecutorChoice::OneWorker,
        _ => ExecutorChoice::ThreadEach,
    }
}

/// Whether a wait that is about to start ends without a notification. Only if the test allows it, and then by a choice
/// of the scheduler, at most [`MOST_SPURIOUS_WAKES`] times per thread.
pub(crate) fn wakes_spuriously() -> bool {
    let may = session::with(|session| {
        session.rules.wakes == Wakes::Spurious && session.thread().spurious_wakes < MOST_SPURIOUS_WAKES
    });
    let wakes = may == Some(true) && choose_as(trace::spurious, 2) == 1;
    if wakes {
        session::with(|session| session.thread().spurious_wakes += 1);
    }
    wakes
}
