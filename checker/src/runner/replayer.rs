//! One interleaving, run again: the one that failed, or another that somebody chose.

use anyhow::{Context as _, Result};
use trace::map::Map;

use crate::runner::check::Check;
use crate::runner::compile::{self, Compiled};
use crate::runner::suite::{Listed, Suite, Test};
use crate::verdict::{Diagnostic, Mode, TestResult};

/// A test that is ready to be run in one interleaving after the other.
pub struct Replayer<'a> {
    check: &'a Check<'a>,
    suite: Suite<'a>,
    tests: Vec<Test>,
    /// Which of them.
    selected: usize,
}

/// What making one ready brought.
pub enum Ready<'a> {
    Yes(Box<Replayer<'a>>),
    /// It does not compile any more.
    Errors(Vec<Diagnostic>),
    /// The test is gone.
    NoTest,
    Stopped,
}

/// Compiles what `check` is about in explore mode and finds the test `name`, or the first one.
pub fn ready<'a>(check: &'a Check<'a>, name: Option<&str>) -> Result<Ready<'a>> {
    let compiled =
        compile::compile(check.root, check.exercise, Mode::Explore, check.compile, check.stop, check.report)?;
    let binaries = match compiled {
        Compiled::Stopped => return Ok(Ready::Stopped),
        Compiled::Failed { diagnostics } => return Ok(Ready::Errors(diagnostics)),
        Compiled::Built { binaries, .. } => binaries,
    };
    let suite = Suite::new(check.root, check.exercise, check.seed)?;
    let mut tests = Vec::new();
    for binary in &binaries {
        match suite.list(binary, Mode::Explore, check.stop)? {
            Listed::Stopped => return Ok(Ready::Stopped),
            Listed::Failed(_) => {}
            Listed::Tests(more) => tests.extend(more),
        }
    }
    let selected = tests.iter().position(|test| name.is_none_or(|name| test.name == name));
    Ok(match selected {
        Some(selected) => Ready::Yes(Box::new(Replayer { check, suite, tests, selected })),
        None => Ready::NoTest,
    })
}

impl Replayer<'_> {
    /// The names of all tests.
    pub fn names(&self) -> Vec<String> {
        self.tests.iter().map(|test| test.name.clone()).collect()
    }

    /// Goes over to the test `name`, if there is one.
    pub fn select(&mut self, name: &str) {
        self.selected = self.tests.iter().position(|test| test.name == name).unwrap_or(self.selected);
    }

    /// Maps all interleavings of the test. `None` if it has no map.
    pub fn map(&mut self) -> Result<Option<Map>> {
        self.suite.map(&self.tests[self.selected], self.check.stop).context("mapping the interleavings")
    }

    /// Runs the interleaving that begins with `choices`.
    pub fn run(&mut self, choices: &[u32]) -> Result<TestResult> {
        self.suite.replay(choices);
        self.suite
            .run(&self.tests[self.selected], Mode::Explore, self.check.stop)
            .context("running the interleaving again")
    }
}
