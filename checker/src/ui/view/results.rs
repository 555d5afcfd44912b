//! The tests of a verdict as a table: a row for each test, its result on real threads beside the explored one.

use std::time::Duration;

use trace::timeline::grouped;
use trace::{Coverage, Explored};

use crate::ui::text::style::{Line, Rank, Style, Text};
use crate::verdict::classify::seconds;
use crate::verdict::summary::counted;
use crate::verdict::{Mode, Outcome, TestResult};

/// More passed tests than this are counted in one row if another test failed.
const MOST_PASSED: usize = 2;
/// More failed tests than this are counted in one row. The details are below.
const MOST_FAILED: usize = 4;

/// A test with its results in both modes, as far as they are known.
struct Row<'a> {
    name: &'a str,
    real: Option<&'a TestResult>,
    explored: Option<&'a TestResult>,
}

/// The table, with a blank line below it. Empty if there is only one result, which the headline tells as well.
pub fn table(tests: &[TestResult]) -> Text {
    let mut text = Text::new();
    if tests.len() < 2 {
        return text;
    }
    let (failed, passed): (Vec<Row<'_>>, Vec<Row<'_>>) = rows(tests).into_iter().partition(|row| !row.passed());
    let in_both_modes = tests.iter().any(|test| test.mode == Mode::Explore);
    let head = if in_both_modes { &["test", "real", "explored"][..] } else { &["test", "real"] };
    text.push(Line::cells(Rank::Head, head.iter().map(|name| Line::styled(Style::Aside, *name)).collect()));
    let counts_passed = !failed.is_empty() && passed.len() > MOST_PASSED;
    let shown = failed.iter().take(MOST_FAILED).chain(passed.iter().filter(|_| !counts_passed));
    for row in shown {
        let mut cells = vec![row.name(), row.real.map_or_else(Line::new, cell)];
        if in_both_modes {
            cells.push(row.explored.map_or_else(Line::new, cell));
        }
        text.push(Line::cells(Rank::Body, cells));
    }
    let mut count = |style, mark: &str, count, verb: &str| {
        let line = Line::styled(style, mark).then(Style::Plain, format!("{} {verb}", counted(count, "other test")));
        text.push(Line::cells(Rank::Body, vec![line]));
    };
    match failed.len().saturating_sub(MOST_FAILED) {
        0 => {}
        1 => count(Style::Bad, "✗ ", 1, "fails"),
        more => count(Style::Bad, "✗ ", more, "fail"),
    }
    if counts_passed {
        count(Style::Good, "✓ ", passed.len(), "pass");
    }
    text.blank();
    text
}

/// In the order in which the tests first ended.
fn rows(tests: &[TestResult]) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for test in tests {
        let at = rows.iter().position(|row| row.name == test.name).unwrap_or_else(|| {
            rows.push(Row { name: &test.name, real: None, explored: None });
            rows.len() - 1
        });
        match test.mode {
            Mode::Real => rows[at].real = Some(test),
            Mode::Explore => rows[at].explored = Some(test),
        }
    }
    rows
}

impl Row<'_> {
    fn results(&self) -> impl Iterator<Item = &TestResult> {
        self.real.into_iter().chain(self.explored)
    }

    fn passed(&self) -> bool {
        let has_failed = self.results().any(|test| matches!(test.outcome, Outcome::Failed(_)));
        !has_failed && self.results().any(|test| test.outcome == Outcome::Passed)
    }

    /// The mark and the name are one word, so that a long name begins beside its mark.
    fn name(&self) -> Line {
        let has_failed = self.results().any(|test| matches!(test.outcome, Outcome::Failed(_)));
        let (style, mark) = match (self.passed(), has_failed) {
            (true, _) => (Style::Good, "✓\u{a0}"),
            (false, true) => (Style::Bad, "✗\u{a0}"),
            (false, false) => (Style::Aside, "○\u{a0}"),
        };
        Line::styled(style, mark).then(Style::Plain, self.name)
    }
}

/// The result of a test in one mode.
fn cell(test: &TestResult) -> Line {
    let took = match test.mode {
        Mode::Real => format!(", {}", seconds(Duration::from_millis(test.duration_ms))),
        Mode::Explore => String::new(),
    };
    match test.outcome {
        // The explored failure beside it has decided.
        Outcome::Skipped if test.mode == Mode::Real => Line::styled(Style::Aside, test.outcome.word()),
        Outcome::Skipped => Line::styled(Style::Aside, &test.message),
        Outcome::Passed => {
            let words = test.explored.map_or_else(|| "passed".to_owned(), passed);
            Line::styled(Style::Good, words).then(Style::Aside, took)
        }
        Outcome::Failed(kind) => Line::styled(Style::Bad, kind.word()).then(Style::Aside, took),
    }
}

/// How much of a test was explored.
fn passed(explored: Explored) -> String {
    let runs = grouped(explored.schedules);
    match explored.coverage {
        Coverage::Proven if explored.schedules == 1 => "has one interleaving".to_owned(),
        Coverage::Proven => format!("proven for all {runs}"),
        Coverage::Bounded { .. } => format!("bounded, {runs} run"),
        Coverage::Sampled => format!("{runs} sampled"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::style::Colour;
    use crate::ui::view::rows;
    use crate::verdict::{Kind, example};

    fn shown(tests: &[TestResult], width: usize) -> String {
        rows::printed(&table(tests), Colour::Off, width)
    }

    fn proven(name: &str) -> TestResult {
        let mut test = example::test(name, Mode::Explore, Outcome::Passed);
        test.explored = Some(Explored { schedules: 1200, budget: 0, seed: 7, sampled: 0, coverage: Coverage::Proven });
        test
    }

    #[test]
    fn each_test_has_one_row_with_both_modes_side_by_side() {
        let real = |name, outcome| example::test(name, Mode::Real, outcome);
        let failed = example::test("b", Mode::Explore, Outcome::Failed(Kind::Deadlock));
        let tests = [real("a", Outcome::Passed), real("b", Outcome::Skipped), failed, proven("a")];
        let expected = "\
test  real          explored
────────────────────────────────────────
✗ b   skipped       deadlock
✓ a   passed, 3 ms  proven for all 1,200
";
        let text = shown(&tests, 100);
        let without_rule =
            |text: &str| text.lines().filter(|line| !line.starts_with('─')).collect::<Vec<_>>().join("\n");
        assert_eq!(without_rule(text.trim_end()), without_rule(expected));
        assert!(shown(&tests, 40).lines().all(|line| line.chars().count() <= 40), "{}", shown(&tests, 40));
    }

    /// Would catch: a name that is torn from its mark because it does not fit beside the results.
    #[test]
    fn a_long_name_begins_beside_its_mark_and_continues_below() {
        let name = "a_mail_does_not_wait_while_domains_are_expired";
        let text = shown(&[example::test(name, Mode::Real, Outcome::Passed), proven(name)], 72);
        let rows: Vec<&str> = text.lines().skip(2).map(str::trim_end).collect();
        let first = "✓ a_mail_does_not_wait_while_         passed, 3 ms  proven for all 1,200";
        assert_eq!(rows[..2], [first, "  domains_are_expired"], "{text}");
    }

    #[test]
    fn many_passed_tests_beside_a_failed_one_are_counted() {
        let test = |name: &str, outcome| example::test(name, Mode::Real, outcome);
        let mut tests: Vec<TestResult> = ["a", "b", "c"].iter().map(|name| test(name, Outcome::Passed)).collect();
        assert!(shown(&tests, 80).contains("✓ a") && shown(&tests, 80).contains("✓ c"), "all pass");
        tests.push(test("d", Outcome::Failed(Kind::Panic)));
        let text = shown(&tests, 80);
        assert!(text.contains("✗ d") && text.contains("✓ 3 other tests pass") && !text.contains("✓ a"), "{text}");
        assert!(!text.contains("explored"), "no test was explored:\n{text}");
        tests.extend(["e", "f", "g", "h", "i"].map(|name| test(name, Outcome::Failed(Kind::Panic))));
        let text = shown(&tests, 80);
        assert!(text.contains("✗ g") && text.contains("✗ 2 other tests fail") && !text.contains("✗ h"), "{text}");
        assert_eq!(shown(&tests[3..4], 80), "", "one result is told by the headline");
    }
}
