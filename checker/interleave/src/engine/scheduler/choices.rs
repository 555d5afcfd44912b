//! Choices that are not between threads: whatever the real packages leave to chance.

use trace::Point;

use super::super::choice::{MOST_SPURIOUS_WAKES, Wakes};
use super::super::session::{self, Phase, Recording};

/// One of `alternatives` (at least one), as the scheduler likes: for whatever the real package leaves to chance.
pub fn choose(alternatives: usize) -> usize {
    assert!(alternatives > 0, "there is something to choose from");
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
            let candidates = (0..alternatives).map(|n| trace::branch(n as u32)).collect();
            session.points.push(Point { step: session.steps.len(), candidates });
        }
        session.choices.push(trace::branch(choice as u32));
        choice
    })
    .unwrap_or(0)
}

/// The executor of a test's async tasks when the test does not choose one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutorChoice {
    /// All on the thread of the test, as on tokio's runtime of one thread.
    OneWorker,
    /// Each on a thread of its own, so that they interleave as they may on a runtime with as many threads as tasks.
    ThreadEach,
}

/// Which of the two this schedule tries.
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

/// Whether a wait that is about to begin ends without a notification: never, or as the scheduler likes if the test asks
/// for it, up to [`MOST_SPURIOUS_WAKES`] times for each thread.
pub(crate) fn wakes_spuriously() -> bool {
    let may = session::with(|session| {
        session.rules.wakes == Wakes::Spurious && session.thread().spurious_wakes < MOST_SPURIOUS_WAKES
    });
    let wakes = may == Some(true) && choose(2) == 1;
    if wakes {
        session::with(|session| session.thread().spurious_wakes += 1);
    }
    wakes
}
