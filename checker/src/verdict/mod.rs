//! What a check found. Failing code is a verdict, never an error of the checker.

pub mod classify;
pub mod summary;

use serde::{Deserialize, Serialize, Serializer};
use trace::{Explored, Failure, FailureKind, Place, Trace};

use crate::course::store::FailedSchedule;

/// The result of checking one exercise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub exercise: String,
    pub kind: Kind,
    /// One sentence.
    pub headline: String,
    pub diagnostics: Vec<Diagnostic>,
    pub tests: Vec<TestResult>,
    /// Whether clippy was available.
    pub lints_checked: bool,
    pub modes: Modes,
    /// The brief, if the learner has not changed the starter yet.
    #[serde(skip)]
    pub brief: Option<String>,
}

/// The modes in which the tests could run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modes {
    /// Both, if the exercise has both.
    All,
    /// Explore mode does not support something that the code uses.
    RealOnly,
}

/// The kind of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Passed,
    CompileError,
    Lint,
    /// A test's assertion, or the test kit, found a wrong result.
    FailingTest,
    /// The learner's own code panicked.
    Panic,
    Deadlock,
    /// A test was still running when its time was up.
    Timeout,
    /// Tasks run, but none makes progress.
    Livelock,
    /// Two threads access a cell, and nothing orders the accesses.
    DataRace,
    /// A signal ended the process: an abort, a stack overflow.
    Crashed,
    /// The process exited, but before the test had ended.
    Unfinished,
    /// There was no test to run.
    NoTests,
    /// The code passes, but the tests are not the course's.
    Altered,
}

impl Kind {
    /// The name used in JSON and in the headers of rejected answers.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Passed => "passed",
            Kind::CompileError => "compile-error",
            Kind::Lint => "lint",
            Kind::FailingTest => "failing-test",
            Kind::Panic => "panic",
            Kind::Deadlock => "deadlock",
            Kind::Timeout => "timeout",
            Kind::Livelock => "livelock",
            Kind::DataRace => "data-race",
            Kind::Crashed => "crashed",
            Kind::Unfinished => "unfinished",
            Kind::NoTests => "no-tests",
            Kind::Altered => "altered",
        }
    }

    /// The state in a word or two, so that it never depends on colour alone.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Passed => "passed",
            Kind::CompileError => "does not compile",
            Kind::Lint => "lint",
            Kind::FailingTest => "failing test",
            Kind::Panic => "panic",
            Kind::Deadlock => "deadlock",
            Kind::Timeout => "timeout",
            Kind::Livelock => "livelock",
            Kind::DataRace => "data race",
            Kind::Crashed => "crashed",
            Kind::Unfinished => "unfinished",
            Kind::NoTests => "no tests",
            Kind::Altered => "altered tests",
        }
    }
}

impl Verdict {
    pub fn passed(&self) -> bool {
        self.kind == Kind::Passed
    }

    /// The schedules in which tests failed, the decisive test's first.
    pub fn failed_schedules(&self) -> Vec<FailedSchedule> {
        let schedule = |test: &TestResult| FailedSchedule::new(&test.name, test.trace.as_ref()?).into();
        self.drawn().into_iter().filter_map(schedule).collect()
    }

    /// The failed tests with a picture, the decisive one first.
    pub fn drawn(&self) -> Vec<&TestResult> {
        let is_drawn = |test: &&TestResult| {
            test.mode == Mode::Explore && matches!(test.outcome, Outcome::Failed(_)) && test.trace.is_some()
        };
        let mut drawn: Vec<&TestResult> = self.tests.iter().filter(is_drawn).collect();
        let decisive = self.decisive().map(|test| &test.name);
        drawn.sort_by_key(|test| Some(&test.name) != decisive);
        drawn
    }

    /// The test that decided the verdict.
    pub fn decisive(&self) -> Option<&TestResult> {
        decisive(&self.tests)
    }

    /// What is shown as evidence: the decisive test, and if exploring has no picture of it, what real mode says of the
    /// same test.
    pub fn evidence(&self) -> impl Iterator<Item = &TestResult> {
        let decisive = self.decisive();
        let is_without_picture = |test: &&TestResult| test.mode == Mode::Explore && test.trace.is_none();
        let other = decisive.filter(is_without_picture).and_then(|explored| {
            let mut failed = self.tests.iter().filter(|test| matches!(test.outcome, Outcome::Failed(_)));
            failed.find(|test| test.mode == Mode::Real && test.name == explored.name)
        });
        decisive.into_iter().chain(other)
    }
}

/// The decisive test: the first one that fails in every run, or else the first one that failed. Of a deadlock, the first
/// one with a picture: real mode knows only how many tasks wait.
pub fn decisive(tests: &[TestResult]) -> Option<&TestResult> {
    let first = tests.iter().find(|test| matches!(test.outcome, Outcome::Failed(_)));
    let first = failed_without_luck(tests).next().or(first)?;
    let is_deadlock = |test: &&TestResult| test.outcome == Outcome::Failed(Kind::Deadlock);
    let drawn = || failed_without_luck(tests).filter(is_deadlock).find(|test| test.trace.is_some());
    Some(first).filter(is_deadlock).and_then(|_| drawn()).or(Some(first))
}

/// The tests that fail in every run. Whether real threads hit a bug that exploring finds is a matter of luck. A test
/// that exists only in real mode is written so that it does not depend on luck.
pub fn failed_without_luck(tests: &[TestResult]) -> impl Iterator<Item = &TestResult> {
    let is_explored = |name: &str| {
        let mut explored = tests.iter().filter(|test| test.mode == Mode::Explore && test.outcome != Outcome::Skipped);
        explored.any(|test| test.name == name)
    };
    let failed = tests.iter().filter(|test| matches!(test.outcome, Outcome::Failed(_)));
    failed.filter(move |test| test.mode == Mode::Explore || !is_explored(&test.name))
}

/// A message of the compiler or clippy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    pub level: Level,
    /// `E0382`, or the name of a lint.
    pub code: Option<String>,
    pub message: String,
    pub place: Option<Place>,
    /// As rustc prints it, possibly coloured.
    pub rendered: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Error,
    Warning,
}

impl Diagnostic {
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }

    /// Whether it comes from a lint. Compiler errors have a code of the form `E0382`, or none.
    pub fn is_lint(&self) -> bool {
        self.code.as_deref().is_some_and(|code| {
            let digits = code.strip_prefix('E').unwrap_or_default();
            digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit())
        })
    }
}

/// The result of one test in one mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestResult {
    pub name: String,
    pub mode: Mode,
    pub outcome: Outcome,
    pub duration_ms: u64,
    pub message: String,
    pub place: Option<Place>,
    /// The output of the test and the learner's code.
    pub output: Output,
    pub explored: Option<Explored>,
    pub trace: Option<Trace>,
}

impl TestResult {
    /// The failure from which the picture is drawn.
    pub fn failure(&self) -> Failure {
        let kind = match self.outcome {
            Outcome::Failed(Kind::Deadlock) => FailureKind::Deadlock,
            Outcome::Failed(Kind::Livelock) => FailureKind::Livelock,
            Outcome::Failed(Kind::DataRace) => FailureKind::DataRace,
            _ => FailureKind::Panic,
        };
        Failure { kind, message: self.message.clone(), place: self.place.clone(), trace: self.trace.clone() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// With the real packages.
    Real,
    /// Under many interleavings.
    Explore,
}

/// How one test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    /// The kind is never [`Kind::Passed`].
    Failed(Kind),
    /// It did not need to run; the message says why.
    Skipped,
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed(kind) => kind.word(),
            Outcome::Skipped => "skipped",
        }
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Outcome::Passed => Kind::Passed.serialize(serializer),
            Outcome::Failed(kind) => kind.serialize(serializer),
            Outcome::Skipped => serializer.serialize_str("skipped"),
        }
    }
}

/// Printed text. If it was long, the middle is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Output {
    pub head: String,
    pub tail: String,
    /// How many bytes are missing between the two parts.
    pub dropped: u64,
}

/// What a running check reports.
#[derive(Clone, Debug)]
pub enum Stage {
    /// Another cargo holds the lock on the build folder.
    Blocked,
    /// Cargo compiles this package for this mode.
    Compiling(Mode, String),
    /// How many units of work cargo has done, and how many there are.
    Built { mode: Mode, done: usize, of: usize },
    /// The compiler printed an error.
    Diagnosed(Box<Diagnostic>),
    /// It compiled; this many tests will run.
    Testing(Mode, usize),
    /// A test was started.
    Started(Mode, String),
    /// An explored test has run this many schedules, of as many, if that is known.
    Explored { test: String, runs: u32, of: Option<u32> },
    /// A test ended.
    Tested(Box<TestResult>),
    /// A file was saved, so earlier reports are about an old version.
    StartedOver,
}

#[cfg(test)]
pub mod example {
    use super::*;

    /// A verdict without details.
    pub fn verdict(exercise: &str, kind: Kind) -> Verdict {
        Verdict {
            exercise: exercise.to_owned(),
            kind,
            headline: format!("{} it is", kind.word()),
            diagnostics: Vec::new(),
            tests: Vec::new(),
            lints_checked: true,
            modes: Modes::All,
            brief: None,
        }
    }

    /// A verdict on `a` whose decisive test, if there is one, is `t`.
    pub fn decided(kind: Kind) -> Box<Verdict> {
        let mut verdict = verdict("a", kind);
        if !matches!(kind, Kind::Passed | Kind::CompileError) {
            verdict.tests = vec![test("t", Mode::Real, Outcome::Failed(kind))];
        }
        Box::new(verdict)
    }

    /// A test result without details.
    pub fn test(name: &str, mode: Mode, outcome: Outcome) -> TestResult {
        TestResult {
            name: name.to_owned(),
            mode,
            outcome,
            duration_ms: 3,
            message: String::new(),
            place: None,
            output: Output::default(),
            explored: None,
            trace: None,
        }
    }
}

#[cfg(test)]
mod tests;
