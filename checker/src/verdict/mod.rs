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

    /// The schedule that decided the verdict, if there is one.
    pub fn failed_schedule(&self) -> Option<FailedSchedule> {
        let test = self.decisive()?;
        Some(FailedSchedule { test: test.name.clone(), choices: test.trace.as_ref()?.choices.clone() })
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
mod tests {
    use super::*;

    fn coded(code: Option<&str>) -> Diagnostic {
        Diagnostic {
            level: Level::Error,
            code: code.map(str::to_owned),
            message: String::new(),
            place: None,
            rendered: String::new(),
        }
    }

    #[test]
    fn a_lint_is_distinguished_from_a_compile_error_by_its_code() {
        for lint in ["clippy::await_holding_lock", "unused_must_use", "E", "Extra", "deprecated"] {
            assert!(coded(Some(lint)).is_lint(), "{lint}");
        }
        for error in [Some("E0382"), Some("E0277"), None] {
            assert!(!coded(error).is_lint(), "{error:?}");
        }
    }

    /// Would catch: a deadlock without any line, although real threads stood at one.
    #[test]
    fn without_a_picture_real_mode_is_shown_beside_the_explored_failure() {
        let failed = |mode| example::test("t", mode, Outcome::Failed(Kind::Deadlock));
        let modes = |tests: Vec<TestResult>| {
            let verdict = Verdict { tests, ..example::verdict("abba", Kind::Deadlock) };
            verdict.evidence().map(|test| test.mode).collect::<Vec<_>>()
        };
        assert_eq!(modes(vec![failed(Mode::Real), failed(Mode::Explore)]), [Mode::Explore, Mode::Real]);
        let drawn = TestResult { trace: Some(Trace::default()), ..failed(Mode::Explore) };
        assert_eq!(modes(vec![failed(Mode::Real), drawn]), [Mode::Explore], "the picture says it all");
        let other = example::test("other", Mode::Real, Outcome::Failed(Kind::Deadlock));
        assert_eq!(modes(vec![failed(Mode::Explore), other]), [Mode::Explore], "it is about another test");
    }

    #[test]
    fn an_explored_failure_decides_over_an_earlier_real_one() {
        let mut verdict = example::verdict("abba", Kind::Deadlock);
        verdict.tests = vec![
            example::test("a", Mode::Real, Outcome::Failed(Kind::Timeout)),
            example::test("a", Mode::Explore, Outcome::Passed),
            example::test("b", Mode::Explore, Outcome::Failed(Kind::Deadlock)),
            example::test("c", Mode::Explore, Outcome::Failed(Kind::Panic)),
        ];
        assert_eq!(verdict.decisive().map(|test| test.name.as_str()), Some("b"));
        verdict.tests.insert(0, example::test("real_only", Mode::Real, Outcome::Failed(Kind::FailingTest)));
        assert_eq!(verdict.decisive().map(|test| test.name.as_str()), Some("real_only"));
        verdict.tests.remove(0);
        verdict.tests.truncate(2);
        assert_eq!(verdict.decisive().map(|test| test.name.as_str()), Some("a"));
        verdict.tests.remove(0);
        assert_eq!(verdict.decisive(), None);
    }

    /// Would catch: "every task waits" and no picture, because a test that cannot be explored comes first.
    #[test]
    fn of_deadlocks_the_one_with_a_picture_decides() {
        let mut drawn = example::test("drawn", Mode::Explore, Outcome::Failed(Kind::Deadlock));
        drawn.trace = Some(Trace::default());
        let mut verdict = example::verdict("a", Kind::Deadlock);
        verdict.tests = vec![
            example::test("real_only", Mode::Real, Outcome::Failed(Kind::Deadlock)),
            example::test("drawn", Mode::Real, Outcome::Failed(Kind::Deadlock)),
            drawn,
        ];
        assert_eq!(verdict.decisive().and_then(|test| test.trace.as_ref()), Some(&Trace::default()));
        // Another bug is not a picture of this one.
        verdict.tests[0].outcome = Outcome::Failed(Kind::FailingTest);
        assert_eq!(verdict.decisive().map(|test| test.name.as_str()), Some("real_only"));
        verdict.tests[0].outcome = Outcome::Failed(Kind::Deadlock);
        verdict.tests[2].outcome = Outcome::Failed(Kind::Panic);
        assert_eq!(verdict.decisive().map(|test| test.name.as_str()), Some("real_only"));
    }
}
