//! Derives one verdict and one sentence from everything that a check found.

use std::collections::HashSet;
use std::fmt::Write as _;

use trace::Coverage;
use trace::timeline::grouped;

use crate::course::exercise::Exercise;
use crate::error::COMMAND;
use crate::system::toolchain::Toolchain;
use crate::verdict::{Diagnostic, Kind, Mode, Modes, Outcome, TestResult, Verdict, decisive, failed_without_luck};

/// What a check found.
#[derive(Debug)]
pub enum Found {
    /// There is no source to compile; the text says why.
    NoSource(String),
    /// It does not compile, or a lint is violated.
    Errors(Vec<Diagnostic>),
    /// The tests ran.
    Tests {
        results: Vec<TestResult>,
        warnings: Vec<Diagnostic>,
        /// It compiles for real; these errors are from explore mode.
        unexplored: Option<Vec<Diagnostic>>,
    },
}

pub fn summarize(exercise: &Exercise, toolchain: Toolchain, found: Found) -> Verdict {
    let mut modes = Modes::All;
    let (kind, headline, diagnostics, tests) = match found {
        Found::NoSource(problem) => (Kind::CompileError, problem, Vec::new(), Vec::new()),
        Found::Errors(errors) => {
            let (kind, headline) = errors_in_words(&errors);
            (kind, headline, errors, Vec::new())
        }
        Found::Tests { results, warnings, unexplored } => {
            let (kind, mut headline) = tests_in_words(&results);
            if let Some(errors) = unexplored {
                modes = Modes::RealOnly;
                let _ = write!(headline, "; {UNEXPLORED}: {}", errors_in_words(&errors).1);
            }
            (kind, headline, warnings, results)
        }
    };
    let (exercise, lints_checked) = (exercise.name.clone(), toolchain.clippy);
    Verdict { exercise, kind, headline, diagnostics, tests, lints_checked, modes, brief: None }
}

fn errors_in_words(diagnostics: &[Diagnostic]) -> (Kind, String) {
    let errors: Vec<&Diagnostic> = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    // Lints count only if there is no compiler error.
    let first = errors.iter().find(|error| !error.is_lint()).or(errors.first());
    let Some(first) = first else { return (Kind::CompileError, "cargo says no more".to_owned()) };
    let kind = if first.is_lint() { Kind::Lint } else { Kind::CompileError };
    let mut words = first.message.lines().next().unwrap_or_default().to_owned();
    if let Some(place) = &first.place {
        let _ = write!(words, " ({place})");
    }
    match errors.len() - 1 {
        0 => {}
        1 => words.push_str(", and 1 more error"),
        more => {
            let _ = write!(words, ", and {more} more errors");
        }
    }
    (kind, words)
}

fn tests_in_words(tests: &[TestResult]) -> (Kind, String) {
    if let Some((test, Outcome::Failed(kind))) = decisive(tests).map(|test| (test, test.outcome)) {
        let others = failed_without_luck(tests).filter(|other| other.name != test.name).count();
        return (kind, failure_in_words(test, kind, others));
    }
    match tests.iter().filter(|test| test.outcome == Outcome::Passed).count() {
        0 => (Kind::NoTests, "there was no test to run: are they gone, or all of them ignored?".to_owned()),
        _ => (Kind::Passed, success_in_words(tests)),
    }
}

fn failure_in_words(test: &TestResult, kind: Kind, others: usize) -> String {
    let mut words = format!("`{}` {}", test.name, verb(kind));
    match &test.trace {
        Some(trace) => {
            let _ = write!(words, " in interleaving {}", grouped(trace.schedule));
        }
        None => {
            if let (Kind::Panic | Kind::FailingTest, Some(place)) = (kind, &test.place) {
                let _ = write!(words, " at {place}");
            }
        }
    }
    match others {
        0 => {}
        1 => words.push_str(", and 1 other test fails"),
        others => {
            let _ = write!(words, ", and {others} other tests fail");
        }
    }
    words
}

fn verb(kind: Kind) -> &'static str {
    match kind {
        Kind::Deadlock => "deadlocks",
        Kind::Timeout => "does not end in time",
        Kind::Livelock => "gets nowhere",
        Kind::DataRace => "has a data race",
        Kind::Crashed => "crashes",
        Kind::Panic => "panics",
        Kind::Unfinished => "ends before its time",
        Kind::Passed | Kind::CompileError | Kind::Lint | Kind::FailingTest | Kind::NoTests | Kind::Altered => "fails",
    }
}

/// The headline for a place beside the word for the kind, without a verb that says the same.
pub fn beside_the_word(verdict: &Verdict) -> String {
    let headline = &verdict.headline;
    match verdict.kind {
        Kind::Passed => headline.strip_prefix("passes ").unwrap_or(headline).to_owned(),
        Kind::Livelock | Kind::Unfinished => headline.clone(),
        kind => headline.replacen(&format!("` {}", verb(kind)), "`", 1),
    }
}

fn success_in_words(tests: &[TestResult]) -> String {
    let names: HashSet<&str> = tests.iter().map(|test| test.name.as_str()).collect();
    let mut words = format!("passes {}", counted(names.len(), "test"));
    // A test with only one interleaving is not worth mentioning.
    let explored = || tests.iter().filter_map(|test| test.explored).filter(|explored| explored.schedules > 1);
    let with = |kind: fn(Coverage) -> bool| explored().filter(move |explored| kind(explored.coverage));
    let runs = |kind| with(kind).fold(0_u32, |sum, explored| sum.saturating_add(explored.schedules));
    let is_proven = |coverage| coverage == Coverage::Proven;
    let is_sampled = |coverage| coverage != Coverage::Proven;
    let (proven, sampled) = (with(is_proven).count(), with(is_sampled).count());
    let (all, some) = (grouped(runs(is_proven)), grouped(runs(is_sampled)));
    // All interleavings up to a bound, if every sampled test has one.
    let bound = with(is_sampled).try_fold((u32::MAX, 0_u32), |(least, sum), explored| match explored.coverage {
        Coverage::Bounded { departures, schedules } => Some((least.min(departures), sum.saturating_add(schedules))),
        Coverage::Proven | Coverage::Sampled => None,
    });
    let bounded = bound.map_or_else(String::new, |(departures, schedules)| {
        format!(
            ", among them all {} with at most {} taken out of order",
            grouped(schedules),
            counted(departures as usize, "turn")
        )
    });
    let _ = match (proven, sampled) {
        (0, 0) => Ok(()),
        (_, 0) => write!(words, "; proven for all {all} interleavings"),
        (0, _) => write!(words, "; {some} of many interleavings were run{bounded}, and none failed"),
        _ => write!(
            words,
            "; proven for all {all} interleavings of {}, and {some} of many of {} were run{bounded}, and none failed",
            counted(proven, "test"),
            counted(sampled, "test"),
        ),
    };
    let not_explored = |test: &&TestResult| test.mode == Mode::Explore && test.outcome == Outcome::Skipped;
    if let Some(test) = tests.iter().find(not_explored) {
        let _ = write!(words, "; `{}` ran in real mode only ({})", test.name, test.message);
    }
    words
}

/// Appended if a program compiles, but not in explore mode.
const UNEXPLORED: &str = "it ran on real threads only, because explore mode does not support something that it uses";

/// `verdict` with a note about the files of `exercise` that differ from the course's. A pass with altered files does
/// not count.
pub fn with_altered(mut verdict: Verdict, exercise: &Exercise, altered: &[String]) -> Verdict {
    if altered.is_empty() {
        return verdict;
    }
    let (differ, them) = if altered.len() == 1 { ("differs", "it") } else { ("differ", "them") };
    let files = format!(
        "{} {differ} from the course's; `{COMMAND} reset {} --tests` restores {them}",
        altered.join(", "),
        exercise.name
    );
    verdict.headline = match verdict.kind {
        Kind::Passed => format!("passes, but does not count: {files}"),
        _ => format!("{}; note: {files}", verdict.headline),
    };
    if verdict.passed() {
        verdict.kind = Kind::Altered;
    }
    verdict
}

/// `1 test`, `2 tests`.
pub fn counted(count: usize, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example::exercise;
    use crate::verdict::{Level, example};
    use trace::{Explored, Place, Trace};

    fn judged(found: Found) -> (Kind, String) {
        let verdict = summarize(&exercise("abba"), Toolchain { clippy: true }, found);
        (verdict.kind, verdict.headline)
    }

    fn error(code: Option<&str>, message: &str) -> Diagnostic {
        Diagnostic {
            level: Level::Error,
            code: code.map(str::to_owned),
            message: message.to_owned(),
            place: Some(Place { file: "exercises/x/src/lib.rs".into(), line: 9 }),
            rendered: String::new(),
        }
    }

    fn tests(results: Vec<TestResult>) -> Found {
        Found::Tests { results, warnings: Vec::new(), unexplored: None }
    }

    #[test]
    fn lints_count_only_if_there_is_no_compiler_error() {
        let lint = || error(Some("clippy::await_holding_lock"), "held across await");
        let moved = || error(Some("E0382"), "use of moved value");
        assert_eq!(judged(Found::Errors(vec![lint()])), (Kind::Lint, "held across await (lib.rs:9)".into()));
        let both = "use of moved value (lib.rs:9), and 1 more error".to_owned();
        assert_eq!(judged(Found::Errors(vec![lint(), moved()])), (Kind::CompileError, both));
        assert_eq!(judged(Found::Errors(vec![error(None, "cannot be sent")])).0, Kind::CompileError);
    }

    /// Would catch: counting only failures in the mode of the decisive test.
    #[test]
    fn failures_of_real_only_tests_count_like_explored_ones() {
        let found = vec![
            example::test("a", Mode::Real, Outcome::Failed(Kind::Deadlock)),
            example::test("a", Mode::Explore, Outcome::Failed(Kind::Deadlock)),
            example::test("in_real_mode_only", Mode::Real, Outcome::Failed(Kind::FailingTest)),
            example::test("c", Mode::Real, Outcome::Skipped),
            example::test("c", Mode::Explore, Outcome::Failed(Kind::Deadlock)),
        ];
        assert_eq!(judged(tests(found)).1, "`a` deadlocks, and 2 other tests fail");
    }

    #[test]
    fn luck_in_real_mode_does_not_change_the_verdict() {
        let mut explored = example::test("b", Mode::Explore, Outcome::Failed(Kind::Deadlock));
        explored.trace = Some(Trace { schedule: 3, budget: 1000, ..Trace::default() });
        let lucky = vec![
            example::test("a", Mode::Real, Outcome::Passed),
            example::test("b", Mode::Real, Outcome::Skipped),
            explored.clone(),
        ];
        let unlucky = vec![
            example::test("a", Mode::Real, Outcome::Failed(Kind::Timeout)),
            example::test("a", Mode::Explore, Outcome::Passed),
            example::test("b", Mode::Real, Outcome::Failed(Kind::Deadlock)),
            explored,
        ];
        let expected = (Kind::Deadlock, "`b` deadlocks in interleaving 3".to_owned());
        assert_eq!(judged(tests(lucky)), expected);
        assert_eq!(judged(tests(unlucky)), expected);
    }

    /// Would catch: `deadlock · abba: a deadlocks`.
    #[test]
    fn beside_the_word_for_the_kind_the_headline_does_not_repeat_it() {
        let beside = |kind, headline: &str| {
            beside_the_word(&Verdict { headline: headline.to_owned(), ..example::verdict("abba", kind) })
        };
        assert_eq!(beside(Kind::Passed, "passes 2 tests; proven"), "2 tests; proven");
        assert_eq!(beside(Kind::Deadlock, "`a` deadlocks in interleaving 3"), "`a` in interleaving 3");
        assert_eq!(
            beside(Kind::FailingTest, "`fails` fails, and 1 other test fails"),
            "`fails`, and 1 other test fails"
        );
        assert_eq!(beside(Kind::Livelock, "`a` gets nowhere"), "`a` gets nowhere");
        assert_eq!(beside(Kind::Lint, "held across await"), "held across await");
    }

    #[test]
    fn it_is_not_a_pass_if_no_test_ran() {
        assert_eq!(judged(tests(Vec::new())).0, Kind::NoTests);
        assert_eq!(judged(tests(vec![example::test("a", Mode::Real, Outcome::Skipped)])).0, Kind::NoTests);
    }

    #[test]
    fn a_pass_says_how_much_was_explored() {
        let explored = |name, schedules, coverage| {
            let mut test = example::test(name, Mode::Explore, Outcome::Passed);
            test.explored = Some(Explored { schedules, budget: 1000, seed: 7, sampled: 0, coverage });
            test
        };
        let real = |name| example::test(name, Mode::Real, Outcome::Passed);
        let passed = |explored: Vec<TestResult>| {
            let (kind, words) = judged(tests([vec![real("a"), real("b")], explored].concat()));
            assert_eq!(kind, Kind::Passed);
            words
        };
        let proven = || explored("a", 12, Coverage::Proven);
        assert_eq!(passed(vec![proven()]), "passes 2 tests; proven for all 12 interleavings");
        assert_eq!(
            passed(vec![proven(), explored("b", 1000, Coverage::Sampled)]),
            "passes 2 tests; proven for all 12 interleavings of 1 test, and 1,000 of many of 1 test were run, and none failed"
        );
        assert_eq!(
            passed(vec![explored("b", 1000, Coverage::Sampled)]),
            "passes 2 tests; 1,000 of many interleavings were run, and none failed"
        );
        let bounded = Coverage::Bounded { departures: 1, schedules: 240 };
        assert_eq!(
            passed(vec![explored("b", 1000, bounded)]),
            "passes 2 tests; 1,000 of many interleavings were run, among them all 240 with at most 1 turn taken out of \
             order, and none failed"
        );
        assert_eq!(passed(vec![explored("b", 1, Coverage::Proven)]), "passes 2 tests");
        assert_eq!(judged(tests(vec![real("b")])).1, "passes 1 test");
        let unexplored = Some(vec![error(Some("E0599"), "no method named `x` found")]);
        let (kind, words) = judged(Found::Tests { results: vec![real("b")], warnings: Vec::new(), unexplored });
        assert_eq!(kind, Kind::Passed, "real threads decide");
        assert_eq!(words, format!("passes 1 test; {UNEXPLORED}: no method named `x` found (lib.rs:9)"));
        let mut unsupported = example::test("b", Mode::Explore, Outcome::Skipped);
        unsupported.message = "not explored: it waits for a process".into();
        let words = judged(tests(vec![real("b"), unsupported])).1;
        assert_eq!(words, "passes 1 test; `b` ran in real mode only (not explored: it waits for a process)");
    }

    #[test]
    fn a_pass_with_altered_tests_does_not_count_and_a_failure_still_does() {
        let (abba, altered) = (exercise("abba"), ["tests/abba.rs".to_owned()]);
        let passed = with_altered(example::verdict("abba", Kind::Passed), &abba, &altered);
        assert_eq!(passed.kind, Kind::Altered);
        assert_eq!(
            passed.headline,
            "passes, but does not count: tests/abba.rs differs from the course's; `cargo checker reset abba --tests` restores it"
        );
        let failed = with_altered(example::verdict("abba", Kind::Deadlock), &abba, &altered);
        assert_eq!(failed.kind, Kind::Deadlock);
        assert!(failed.headline.starts_with("deadlock it is; note: tests/abba.rs differs"));
        let unchanged = example::verdict("abba", Kind::Passed);
        assert_eq!(with_altered(unchanged.clone(), &abba, &[]), unchanged);
    }
}
