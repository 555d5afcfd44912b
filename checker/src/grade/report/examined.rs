//! A verdict, as a report keeps it: no pictures, no colours, and nothing without a bound.

use serde::{Deserialize, Serialize};
use trace::Place;

use crate::verdict::{Diagnostic, Kind, Mode, Outcome, Output, TestResult, Verdict};

/// The most bytes of a message, of the output of a test, and of a compiler's message.
const LONGEST: usize = 8 * 1024;
/// The most messages of the compiler.
const MOST_ERRORS: usize = 5;
/// The most tests: a submission cannot add any, so this is for our own exercises.
const MOST_TESTS: usize = 200;

/// What became of one source text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examined {
    pub status: Status,
    /// Why it does not pass; `None` if it does, or was not examined.
    pub reason: Option<Kind>,
    /// One sentence.
    pub headline: String,
    /// How much of a pass was explored.
    pub coverage: Option<Coverage>,
    /// In the order of the file. Real and explored runs of a test are one test.
    pub tests: Vec<Test>,
    /// What the compiler says, if it does not compile.
    pub errors: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    Passed,
    Failed,
    /// Nothing was handed in.
    Missing,
    /// What was handed in cannot be examined.
    Refused,
}

/// How much of a passing answer was explored: as much as of its least explored test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Coverage {
    /// Real threads only.
    Real,
    Sampled,
    Bounded,
    Proven,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    pub name: String,
    pub passed: bool,
    /// Why it does not pass.
    pub reason: Option<Kind>,
    pub ms: u64,
    pub message: String,
    /// The place in the sources, as the compiler reports it.
    pub file: Option<String>,
    pub line: Option<u32>,
    /// What the learner's code printed.
    pub output: String,
    /// How many interleavings ran.
    pub interleavings: Option<u32>,
}

impl Examined {
    pub fn of(verdict: &Verdict) -> Examined {
        let passed = verdict.passed();
        let errors = verdict.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        Examined {
            status: if passed { Status::Passed } else { Status::Failed },
            reason: (!passed).then_some(verdict.kind),
            headline: bounded(&verdict.headline),
            coverage: passed.then(|| coverage(&verdict.tests)),
            tests: grouped(&verdict.tests).into_iter().take(MOST_TESTS).map(test).collect(),
            errors: errors.take(MOST_ERRORS).map(message).collect(),
        }
    }

    /// Nothing was handed in.
    pub fn missing() -> Examined {
        Examined::without_verdict(Status::Missing, "src/lib.rs was not handed in")
    }

    /// `why` is the reason for which the file cannot be examined.
    pub fn refused(why: &str) -> Examined {
        Examined::without_verdict(Status::Refused, why)
    }

    fn without_verdict(status: Status, headline: &str) -> Examined {
        let headline = bounded(headline);
        Examined { status, reason: None, headline, coverage: None, tests: Vec::new(), errors: Vec::new() }
    }

    /// The state in a word or two.
    pub fn word(&self) -> &'static str {
        match (self.status, self.reason) {
            (Status::Passed, _) => "passed",
            (Status::Missing, _) => "missing",
            (Status::Refused, _) => "refused",
            (Status::Failed, reason) => reason.map_or("failed", Kind::word),
        }
    }

    /// The tests that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Test> {
        self.tests.iter().filter(|test| !test.passed)
    }
}

fn message(diagnostic: &Diagnostic) -> String {
    let text = if diagnostic.rendered.is_empty() { &diagnostic.message } else { &diagnostic.rendered };
    bounded(text.trim_end())
}

fn coverage(tests: &[TestResult]) -> Coverage {
    let explored = tests.iter().filter(|test| test.mode == Mode::Explore && test.outcome == Outcome::Passed);
    let each = explored.filter_map(|test| test.explored).map(|explored| match explored.coverage {
        trace::Coverage::Proven => Coverage::Proven,
        trace::Coverage::Bounded { .. } => Coverage::Bounded,
        trace::Coverage::Sampled => Coverage::Sampled,
    });
    each.min().unwrap_or(Coverage::Real)
}

/// The results of each test. Another result with the same name and mode belongs to another file.
fn grouped(results: &[TestResult]) -> Vec<Vec<&TestResult>> {
    let mut groups: Vec<Vec<&TestResult>> = Vec::new();
    for result in results {
        let same = groups
            .last_mut()
            .filter(|group| group[0].name == result.name && group.iter().all(|other| other.mode != result.mode));
        match same {
            Some(group) => group.push(result),
            None => groups.push(vec![result]),
        }
    }
    groups
}

/// Exploring decides, if it ran: whether real threads hit a bug is a matter of luck.
fn test(results: Vec<&TestResult>) -> Test {
    let ran = |mode| results.iter().find(|result| result.mode == mode && result.outcome != Outcome::Skipped);
    let decisive = ran(Mode::Explore).or_else(|| ran(Mode::Real)).unwrap_or(&results[0]);
    Test {
        name: decisive.name.clone(),
        passed: !matches!(decisive.outcome, Outcome::Failed(_)),
        reason: match decisive.outcome {
            Outcome::Failed(kind) => Some(kind),
            Outcome::Passed | Outcome::Skipped => None,
        },
        ms: results.iter().map(|result| result.duration_ms).sum(),
        message: bounded(&decisive.message),
        file: decisive.place.as_ref().map(|place: &Place| place.file.clone()),
        line: decisive.place.as_ref().map(|place| place.line),
        output: printed(&decisive.output),
        interleavings: decisive.explored.map(|explored| explored.schedules),
    }
}

/// What a test printed. The middle of a long output is left out.
fn printed(output: &Output) -> String {
    let (head, tail) = (beginning(&output.head, LONGEST / 2), ending(&output.tail, LONGEST / 2));
    let left = output.dropped + (output.head.len() - head.len() + output.tail.len() - tail.len()) as u64;
    if left == 0 { format!("{head}{tail}") } else { format!("{head}\n… {left} bytes …\n{tail}") }
}

fn bounded(text: &str) -> String {
    let kept = beginning(text, LONGEST);
    if kept.len() == text.len() { kept.to_owned() } else { format!("{kept}…") }
}

/// At most the first `bytes` bytes.
fn beginning(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// At most the last `bytes` bytes.
fn ending(text: &str, bytes: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(bytes))..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::example;
    use trace::Explored;

    fn explored(name: &str, outcome: Outcome, coverage: trace::Coverage) -> TestResult {
        let mut test = example::test(name, Mode::Explore, outcome);
        test.explored = Some(Explored { schedules: 12, budget: 1000, seed: 7, sampled: 0, coverage });
        test
    }

    /// Would catch: a bug that real threads did not hit, reported as a test that passes, or the other way round.
    #[test]
    fn both_modes_of_a_test_are_one_test_and_exploring_decides() {
        let failed = Outcome::Failed(Kind::Deadlock);
        let mut verdict = example::verdict("abba", Kind::Deadlock);
        verdict.tests = vec![
            example::test("a", Mode::Real, Outcome::Passed),
            explored("a", failed, trace::Coverage::Sampled),
            example::test("b", Mode::Real, failed),
            explored("b", Outcome::Passed, trace::Coverage::Proven),
            example::test("c", Mode::Real, failed),
            example::test("c", Mode::Explore, Outcome::Skipped),
            example::test("c", Mode::Real, Outcome::Passed),
        ];
        let examined = Examined::of(&verdict);
        let tests: Vec<_> = examined.tests.iter().map(|test| (test.name.as_str(), test.passed, test.ms)).collect();
        assert_eq!(tests, [("a", false, 6), ("b", true, 6), ("c", false, 6), ("c", true, 3)]);
        assert_eq!((examined.status, examined.word(), examined.coverage), (Status::Failed, "deadlock", None));
    }

    #[test]
    fn a_pass_is_explored_as_far_as_its_least_explored_test() {
        let bounded = trace::Coverage::Bounded { departures: 1, schedules: 9 };
        let of = |tests: Vec<TestResult>| {
            let verdict = Verdict { tests, ..example::verdict("abba", Kind::Passed) };
            Examined::of(&verdict).coverage
        };
        let test = |coverage| explored("a", Outcome::Passed, coverage);
        assert_eq!(of(vec![test(trace::Coverage::Proven)]), Some(Coverage::Proven));
        assert_eq!(of(vec![test(trace::Coverage::Proven), test(bounded)]), Some(Coverage::Bounded));
        assert_eq!(of(vec![test(trace::Coverage::Sampled), test(bounded)]), Some(Coverage::Sampled));
        assert_eq!(of(vec![example::test("a", Mode::Real, Outcome::Passed)]), Some(Coverage::Real));
    }

    #[test]
    fn nothing_is_kept_without_a_bound() {
        let mut test = example::test("a", Mode::Real, Outcome::Failed(Kind::Panic));
        test.message = "ä".repeat(LONGEST);
        test.output = Output { head: "ä".repeat(LONGEST), tail: "€".repeat(LONGEST), dropped: 5 };
        let verdict = Verdict { tests: vec![test], ..example::verdict("abba", Kind::Panic) };
        let test = &Examined::of(&verdict).tests[0];
        assert!(test.message.len() <= LONGEST + 3 && test.output.len() <= LONGEST + 64);
        let left = LONGEST * 5 + 5 - (LONGEST / 2 + LONGEST / 2 / 3 * 3);
        assert!(test.output.contains(&format!("ä\n… {left} bytes …\n€")), "{left}");
    }
}
