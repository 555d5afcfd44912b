//! Runs a single interleaving: the one that failed, or one that the user chose.

use anyhow::{Context as _, Result};
use trace::map::Map;

use crate::runner::check::Check;
use crate::runner::compile::{self, Compiled};
use crate::runner::suite::{Listed, Suite, Test};
use crate::verdict::{Diagnostic, Mode, TestResult};

/// A test that is ready to run in any number of interleavings.
pub struct Replayer<'a> {
    check: &'a Check<'a>,
    suite: Suite<'a>,
    tests: Vec<Test>,
    /// The index of the selected test.
    selected: usize,
}

/// The result of preparing a test.
pub enum Ready<'a> {
    Yes(Box<Replayer<'a>>),
    /// It no longer compiles.
    Errors(Vec<Diagnostic>),
    /// The test no longer exists.
    NoTest,
    Stopped,
}

/// Compiles the exercise of `check` in explore mode and selects the test `name`, or the first one if it is `None`.
pub fn ready<'a>(check: &'a Check<'a>, name: Option<&str>) -> Result<Ready<'a>> {
    let compiled =
        compile::compile(check.root, check.exercise, Mode::Explore, check.compile, None, check.stop, check.report)?;
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

    /// Selects the test `name`, if it exists.
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
