//! The end of a schedule, for code that must handle it itself.

use std::panic;

use super::scheduler::TornDown;
use super::session::{self, Phase, Stop};

/// Calls `f` without unwinding this thread when the schedule ends. From then on, `f` keeps running and blocks only
/// until the end of another thread wakes it. For operations whose caller cannot handle a panic.
pub fn without_unwinding<T>(f: impl FnOnce() -> T) -> T {
    /// Restores the previous state, also when `f` panics.
    struct Restore(Option<bool>);

    impl Drop for Restore {
        fn drop(&mut self) {
            shield(self.0.unwrap_or(false));
        }
    }

    let _restore = Restore(shield(true));
    f()
}

fn shield(shielded: bool) -> Option<bool> {
    session::with(|session| Some(std::mem::replace(&mut session.threads.get_mut(session.current)?.shielded, shielded)))
        .flatten()
}

/// Unwinds the running thread if the schedule has ended, for callers that could not be unwound while they waited.
pub fn unwind_at_the_end() {
    if is_ending() && !std::thread::panicking() {
        panic::resume_unwind(Box::new(TornDown));
    }
}

/// Whether the schedule has ended and its remaining threads are being unwound.
pub fn is_ending() -> bool {
    session::with(|session| session.phase == Phase::TearingDown).unwrap_or(false)
}

/// Whether it is the running thread that is unwinding, and not another one that has blocked in a destructor.
pub fn is_unwinding() -> bool {
    let is_panicking = std::thread::panicking();
    let panicked = session::with(|session| {
        // Its last panic was caught.
        session.thread().panicked &= is_panicking;
        session.thread().panicked
    });
    panicked.unwrap_or(is_panicking)
}

/// Ends the schedule because the test does something that cannot be explored; `what` says what.
///
/// # Panics
///
/// Outside a schedule.
pub fn unsupported(what: &str) -> ! {
    let is_noted = session::with(|session| {
        if session.phase == Phase::Running {
            session.stop.get_or_insert_with(|| Stop::Unsupported(what.to_owned()));
        }
    });
    match is_noted {
        Some(()) if !std::thread::panicking() => panic::resume_unwind(Box::new(TornDown)),
        _ => panic!("{what}"),
    }
}
