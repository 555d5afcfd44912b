//! Data races: ten programs that have one, and ten that synchronize. Each is explored in every interleaving.
#![cfg(feature = "explore")]
#![allow(unsafe_code, reason = "a data race needs a cell that several threads access")]

mod known_bad;
mod known_good;

use std::cell::UnsafeCell;

use interleave::engine::{Exploration, Finding};
use trace::{Coverage, FailureKind};

/// A value that any thread may access, as far as the compiler knows.
#[derive(Default)]
struct Raw(UnsafeCell<u32>);

// SAFETY: all threads of a schedule are coroutines on one OS thread, so no two accesses happen at once.
unsafe impl Sync for Raw {}

impl Raw {
    #[track_caller]
    fn add(&self) {
        // SAFETY: no reference to the value is kept.
        unsafe { *self.0.get() += 1 }
    }

    #[track_caller]
    fn read(&self) -> u32 {
        // SAFETY: no reference to the value is kept.
        unsafe { *self.0.get() }
    }
}

fn explore(body: impl Fn() + Send + Sync + 'static) -> Finding {
    Exploration::new(env!("CARGO_MANIFEST_DIR")).run(body)
}

/// Expects a data race, and each of `parts` in what is said of it.
#[track_caller]
fn races(parts: &[&str], body: impl Fn() + Send + Sync + 'static) {
    let failure = explore(body).failure.expect("it has a data race");
    assert_eq!(failure.kind, FailureKind::DataRace, "{}", failure.message);
    for part in parts {
        assert!(failure.message.contains(part), "`{part}` is missing in\n{}", failure.message);
    }
}

/// Expects that no interleaving fails. A thread that spins can do so any number of times, so they are not proven.
#[track_caller]
fn passes(body: impl Fn() + Send + Sync + 'static) -> Finding {
    let finding = explore(body);
    if let Some(failure) = &finding.failure {
        panic!("{}", failure.message);
    }
    finding
}

#[track_caller]
fn is_free_of_races(body: impl Fn() + Send + Sync + 'static) {
    assert_eq!(passes(body).explored.coverage, Coverage::Proven);
}
