//! A runtime's view of time.
//!
//! The clock of a schedule is stopped while any thread can run, whether or not a runtime has paused it. But a test may
//! pause it only where the real package allows that; otherwise this panics with the same message.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::context::NO_CONTEXT;
use super::{Flavor, Handle, context};

/// A builder's settings for time.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::explore) struct TimeOptions {
    pub(super) is_enabled: bool,
    pub(super) starts_paused: bool,
}

impl TimeOptions {
    pub(super) fn of_a_test() -> Self {
        TimeOptions { is_enabled: true, starts_paused: true }
    }

    pub(super) fn of(self, flavor: Flavor) -> RuntimeTime {
        let can_be_paused = !matches!(flavor, Flavor::MultiThread(_));
        RuntimeTime {
            is_enabled: self.is_enabled,
            can_be_paused,
            is_paused: AtomicBool::new(can_be_paused && self.starts_paused),
        }
    }
}

#[derive(Debug)]
pub(crate) struct RuntimeTime {
    is_enabled: bool,
    can_be_paused: bool,
    is_paused: AtomicBool,
}

/// Whether the running thread may use timers. If not, returns the panic message of the real package.
pub(crate) fn refusal() -> Result<(), &'static str> {
    match context::current() {
        None => Err(NO_CONTEXT),
        Some(handle) if !handle.time().is_enabled => Err(
            "A Tokio 1.x context was found, but timers are disabled. Call `enable_time` on the runtime builder to enable \
             timers.",
        ),
        Some(_) => Ok(()),
    }
}

#[track_caller]
fn current() -> Handle {
    match context::current() {
        Some(handle) => handle,
        None => panic!("time cannot be frozen from outside the Tokio runtime"),
    }
}

/// Pauses the clock of the running thread's runtime.
///
/// # Panics
///
/// If the clock is paused already, or the runtime is multi-threaded.
#[track_caller]
pub(crate) fn pause() {
    let handle = current();
    assert!(
        handle.time().can_be_paused,
        "`time::pause()` requires the `current_thread` Tokio runtime. This is the default Runtime used by `#[tokio::test]."
    );
    assert!(!handle.time().is_paused.swap(true, Relaxed), "time is already frozen");
}

/// # Panics
///
/// If it is not paused.
#[track_caller]
pub(crate) fn resume() {
    assert!(current().time().is_paused.swap(false, Relaxed), "time is not frozen");
}

/// # Panics
///
/// If it is not paused.
#[track_caller]
pub(crate) fn assert_paused() {
    assert!(current().time().is_paused.load(Relaxed), "time is not frozen");
}
