//! Small programs with a known bug, and fixed twins: exploring finds the bug with every seed, and the twin passes.
//!
//! `cargo test … --test known_bugs -- --ignored --nocapture` prints how many schedules each bug takes.
#![cfg(feature = "explore")]

mod channels;
mod conditions;
mod locks;
mod orders;
mod runtime;
mod table;

use drop_in_std::thread;
use interleave::engine::{Deadlines, Exploration, Finding};
use tokio::__interleave::{Flavor, block_on};
use trace::{Coverage, FailureKind};

/// A program with a bug, and the same program without it.
pub struct Program {
    pub name: &'static str,
    pub bug: fn(),
    pub twin: fn(),
    pub fails_with: Fails,
    /// Whether the interleavings of the twin are few enough to run them all.
    pub twin_is: Coverage,
    /// Whether the search finds the bug before it gives up.
    pub search: Search,
    pub deadlines: Deadlines,
}

/// How the bug shows itself.
#[derive(Clone, Copy)]
pub enum Fails {
    Deadlock,
    /// An assertion fails with a message that contains this.
    Saying(&'static str),
}

#[derive(Clone, Copy, PartialEq)]
pub enum Search {
    Finds,
    /// There are too many interleavings before the bug, so sampling must find it.
    GivesUp,
}

impl Program {
    /// A program whose twin is proven and whose bug the search finds.
    pub const fn new(name: &'static str, fails_with: Fails, bug: fn(), twin: fn()) -> Self {
        Program {
            name,
            bug,
            twin,
            fails_with,
            twin_is: Coverage::Proven,
            search: Search::Finds,
            deadlines: Deadlines::Exact,
        }
    }

    /// The same program, with too many interleavings of the twin to run them all.
    pub const fn too_large_to_prove(self) -> Self {
        Program { twin_is: Coverage::Sampled, ..self }
    }

    pub const fn too_large_to_search(self) -> Self {
        Program { search: Search::GivesUp, twin_is: Coverage::Sampled, ..self }
    }

    pub const fn with_early_deadlines(self) -> Self {
        Program { deadlines: Deadlines::Early, ..self }
    }

    fn exploration(&self) -> Exploration {
        Exploration::new(env!("CARGO_MANIFEST_DIR")).deadlines(self.deadlines)
    }

    /// Whether `finding` is the known bug.
    ///
    /// # Panics
    ///
    /// If it is another failure.
    fn is_in(&self, finding: &Finding) -> bool {
        let Some(failure) = &finding.failure else { return false };
        let (kind, text) = match self.fails_with {
            Fails::Deadlock => (FailureKind::Deadlock, ""),
            Fails::Saying(text) => (FailureKind::Panic, text),
        };
        let is_known = failure.kind == kind && failure.message.contains(text);
        assert!(is_known, "{}: another failure than the known one: {:?}: {}", self.name, failure.kind, failure.message);
        true
    }

    fn assert_is_found(&self) {
        let found = self.is_in(&self.exploration().searched_only().run(self.bug));
        assert_eq!(found, self.search == Search::Finds, "{}: found by the search", self.name);
        // The search is the same with every seed.
        let seeds = if found { 1..=1 } else { 1..=10 };
        for seed in seeds {
            let finding = self.exploration().seed(seed).run(self.bug);
            assert!(self.is_in(&finding), "{}: not found with seed {seed}", self.name);
        }
    }

    fn assert_twin_passes(&self) {
        let finding = self.exploration().run(self.twin);
        if let Some(failure) = finding.failure {
            panic!("{}: the fixed program fails: {:?}: {}", self.name, failure.kind, failure.message);
        }
        let is_proven = finding.explored.coverage == Coverage::Proven;
        assert_eq!(is_proven, self.twin_is == Coverage::Proven, "{}: the fixed program", self.name);
        assert!(!std::thread::panicking(), "{}: a schedule was not unwound to its end", self.name);
    }
}

/// Defines two tests for each program, and the list of all programs.
#[macro_export]
macro_rules! programs {
    ($($name:ident = $program:expr;)*) => {
        pub const ALL: &[Program] = &[$($program),*];

        $(mod $name {
            use super::*;

            #[test]
            fn is_found() {
                $program.assert_is_found();
            }

            #[test]
            fn fixed_passes() {
                $program.assert_twin_passes();
            }
        })*
    };
}

/// Runs `future` on the default runtime of a test.
fn on_tokio(future: impl Future<Output = ()>) {
    block_on(Flavor::Any, future);
}

/// Runs each function on its own thread, until all have ended.
fn run_all(bodies: Vec<Box<dyn FnOnce() + Send>>) {
    let threads: Vec<_> = bodies.into_iter().map(thread::spawn).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}
