//! One interleaving, run again: the one that failed, or another that somebody chose.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::check::Check;
use crate::compile::{self, Compiled};
use crate::suite::{Listed, Suite, Test};
use crate::verdict::{Diagnostic, Mode, TestResult};

/// An interleaving to run again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The test that failed in it.
    pub test: String,
    /// Which task the scheduler let run, each time it had a say.
    pub choices: Vec<u32>,
}

/// A test that is ready to be run in one interleaving after the other.
pub struct Replayer<'a> {
    check: &'a Check<'a>,
    suite: Suite<'a>,
    test: Test,
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

/// Compiles what `check` is about in explore mode and finds the test `name`.
pub fn ready<'a>(check: &'a Check<'a>, name: &str) -> Result<Ready<'a>> {
    let compiled =
        compile::compile(check.root, check.exercise, Mode::Explore, check.compile, check.stop, check.report)?;
    let binaries = match compiled {
        Compiled::Stopped => return Ok(Ready::Stopped),
        Compiled::Failed { diagnostics } => return Ok(Ready::Errors(diagnostics)),
        Compiled::Built { binaries, .. } => binaries,
    };
    let suite = Suite::new(check.root, check.exercise, check.seed)?;
    for binary in &binaries {
        match suite.list(binary, Mode::Explore, check.stop)? {
            Listed::Stopped => return Ok(Ready::Stopped),
            Listed::Failed(_) => {}
            Listed::Tests(tests) => {
                if let Some(test) = tests.into_iter().find(|test| test.name == name) {
                    return Ok(Ready::Yes(Box::new(Replayer { check, suite, test })));
                }
            }
        }
    }
    Ok(Ready::NoTest)
}

impl Replayer<'_> {
    /// Runs the interleaving that begins with `choices`.
    pub fn run(&mut self, choices: &[u32]) -> Result<TestResult> {
        self.suite.replay(choices);
        self.suite.run(&self.test, Mode::Explore, self.check.stop).context("running the interleaving again")
    }
}
