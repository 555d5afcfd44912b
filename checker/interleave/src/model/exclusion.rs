//! Mutual exclusion that persists across schedules.

use std::sync::atomic::{AtomicUsize, Ordering::AcqRel, Ordering::Acquire, Ordering::Release};

use trace::Mode;

/// How many guards of a lock there are, in all schedules and on all OS threads.
///
/// The state of a model starts anew with each schedule, so the model of a lock in a `static` cannot know of a guard
/// that an earlier schedule left behind, or that a schedule on another OS thread holds. This count includes them.
#[derive(Debug)]
pub struct Exclusion(AtomicUsize);

/// One guard that may write; other values count guards that only read.
const ALONE: usize = usize::MAX;

impl Exclusion {
    /// No guard.
    pub const fn new() -> Self {
        Exclusion(AtomicUsize::new(0))
    }

    /// Counts a guard for `mode`, unless another one excludes it.
    #[must_use]
    pub fn try_enter(&self, mode: Mode) -> bool {
        match mode {
            Mode::Lock | Mode::Write => self.0.compare_exchange(0, ALONE, AcqRel, Acquire).is_ok(),
            Mode::Read | Mode::Upgradable | Mode::Permit => {
                self.0.fetch_update(AcqRel, Acquire, |readers| (readers < ALONE - 1).then(|| readers + 1)).is_ok()
            }
        }
    }

    /// Removes a guard for `mode`.
    pub fn leave(&self, mode: Mode) {
        match mode {
            Mode::Lock | Mode::Write => self.0.store(0, Release),
            Mode::Read | Mode::Upgradable | Mode::Permit => drop(self.0.fetch_sub(1, AcqRel)),
        }
    }

    /// Turns the only guard, which reads, into one that writes.
    #[must_use]
    pub fn try_upgrade(&self) -> bool {
        self.0.compare_exchange(1, ALONE, AcqRel, Acquire).is_ok()
    }

    /// Turns a guard for `from` into one that only reads.
    pub fn downgrade(&self, from: Mode) {
        if from == Mode::Write {
            self.0.store(1, Release);
        }
    }
}

impl Default for Exclusion {
    fn default() -> Self {
        Exclusion::new()
    }
}

/// The message when the scheduler lets a thread or task enter and the data is still locked: the lock is in a `static`.
pub const SHARED: &str = "this lock is shared by two tests that run at the same time, or a guard of an earlier schedule \
    still holds it: it lives in a `static` or a thread-local value. Explore mode needs a new lock in each schedule, so \
    make it in the test";
