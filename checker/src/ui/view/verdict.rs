//! A verdict as text: the evidence first, the headline after it.

use trace::Failure;
use trace::timeline::{self, Paint};

use crate::error::COMMAND;
use crate::ui::text::style::{Line, Style, Text};
use crate::ui::view::space::Space;
use crate::ui::view::{brief, results};
use crate::verdict::summary::{self, counted};
use crate::verdict::{Diagnostic, Mode, Output, TestResult, Verdict};

/// Which diagnostics have not been shown yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diagnostics {
    All,
    /// Only warnings: the errors were shown when the compiler printed them.
    Warnings,
}

/// How many lines of a test's own output are shown.
const SHOWN_LINES: usize = 20;

/// The whole verdict. Except for rustc's output, it is at most as wide as `space`.
pub fn verdict(verdict: &Verdict, diagnostics: Diagnostics, space: Space) -> Text {
    let mut text = brief::whole(verdict, space);
    for diagnostic in &verdict.diagnostics {
        if diagnostics == Diagnostics::All || !diagnostic.is_error() {
            text.append(self::diagnostic(diagnostic));
        }
    }
    for test in verdict.evidence() {
        text.append(failed_test(test, space.width));
    }
    if !verdict.passed() {
        text.append(results::table(&verdict.tests));
    }
    text.push(headline(verdict));
    text
}

/// The verdict in one line.
pub fn headline(verdict: &Verdict) -> Line {
    let style = if verdict.passed() { Style::Good } else { Style::Bad };
    Line::styled(style, verdict.kind.word())
        .then(Style::Plain, " · ")
        .then(Style::Name, &verdict.exercise)
        .then(Style::Plain, format!(": {}", summary::beside_the_word(verdict)))
}

/// A diagnostic as rustc prints it.
pub fn diagnostic(diagnostic: &Diagnostic) -> Text {
    let mut text = Text::new();
    text.push_lines(Style::Rendered, diagnostic.rendered.trim_end());
    text.blank();
    text
}

/// What the learner can do next.
pub fn advice(verdict: &Verdict, next: Option<&str>) -> Text {
    let name = &verdict.exercise;
    let mut text = Text::new();
    if verdict.passed() {
        text.push(Line::styled(Style::Aside, format!("compare: {COMMAND} solution {name}")));
        match next {
            Some(next) => text.push(Line::styled(Style::Aside, format!("next:    {COMMAND} run {next}"))),
            None => text.push(Line::styled(Style::Good, "all exercises are solved")),
        }
    } else {
        text.push(Line::styled(Style::Aside, format!("stuck?   {COMMAND} hint {name}")));
        if verdict.decisive().is_some_and(|test| test.mode == Mode::Explore) {
            let command = format!("by hand: cargo test -p {name} --features explore");
            text.push(Line::styled(Style::Aside, command));
        }
    }
    text
}

/// A failed test and the evidence for its failure.
pub fn failed_test(test: &TestResult, width: usize) -> Text {
    let mut text = Text::new();
    let mut header = Line::plain(" ").then(Style::Heading, &test.name);
    match &test.trace {
        Some(trace) => {
            header = header.then(Style::Plain, format!(" · {}", timeline::title(trace)));
            text.push(header);
            text.append(message_and_place(test));
            text.append(output(&test.output));
            text.blank();
            text.append(picture(&test.failure(), width));
        }
        None => {
            header = header.then(Style::Plain, " · ").then(Style::Bad, test.outcome.word());
            text.push(header);
            text.append(message_and_place(test));
            text.append(output(&test.output));
        }
    }
    text.blank();
    text
}

/// The place and, unless the picture ends with it, the message.
fn message_and_place(test: &TestResult) -> Text {
    let mut text = Text::new();
    let told_by_picture = test.trace.is_some();
    let place = test.place.as_ref().map(|place| format!("{}:{}", place.file, place.line));
    if let Some(place) = &place {
        text.push(Line::styled(Style::Aside, format!("   {place}")));
    }
    if !told_by_picture {
        for line in test.message.lines() {
            text.push(Line::plain(format!("   {line}")));
        }
    }
    text
}

/// The timeline, with a colour for each lock.
pub fn picture(failure: &Failure, width: usize) -> Text {
    let style = |paint| match paint {
        Paint::Plain => Style::Plain,
        Paint::Task => Style::Heading,
        Paint::Object(number) => Style::Object(number),
        Paint::Aside | Paint::Source => Style::Aside,
        Paint::Cause => Style::Bad,
    };
    let mut text = Text::new();
    for line in timeline::layout(failure, width) {
        text.push(line.0.into_iter().fold(Line::new(), |line, piece| line.then(style(piece.paint), piece.text)));
    }
    text
}

/// The output of the learner's code, shortened in the middle.
fn output(output: &Output) -> Text {
    let mut text = Text::new();
    let head: Vec<&str> = output.head.trim().lines().collect();
    let tail: Vec<&str> = output.tail.trim().lines().collect();
    if head.is_empty() && tail.is_empty() {
        return text;
    }
    text.push(Line::styled(Style::Aside, "   printed:"));
    let mut show = |line: &str| text.push(Line::plain(format!("   │ {line}")));
    let half = SHOWN_LINES / 2;
    if output.dropped > 0 {
        head.iter().take(half).for_each(|line| show(line));
        show(&format!("… {} not kept …", bytes(output.dropped)));
        tail.iter().skip(tail.len().saturating_sub(half)).for_each(|line| show(line));
    } else if head.len() > SHOWN_LINES {
        head[..half].iter().for_each(|line| show(line));
        show(&format!("… {} …", counted(head.len() - 2 * half, "line")));
        head[head.len() - half..].iter().for_each(|line| show(line));
    } else {
        head.iter().for_each(|line| show(line));
    }
    text
}

fn bytes(count: u64) -> String {
    match count {
        0..10_000 => format!("{count} bytes"),
        10_000..10_000_000 => format!("{} KiB", count / 1024),
        _ => format!("{} MiB", count / (1024 * 1024)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::style::Colour;
    use crate::ui::view::rows;
    use crate::verdict::example;
    use crate::verdict::{Kind, Outcome};
    use trace::Place;

    fn shown(verdict: &Verdict) -> String {
        let text = self::verdict(verdict, Diagnostics::All, Space::of(80, 24, Colour::Off));
        rows::printed(&text, Colour::Off, 80)
    }

    fn failing() -> Verdict {
        let mut test = example::test("no_money_is_lost", Mode::Real, Outcome::Failed(Kind::FailingTest));
        test.message = "assertion failed\n  left: 1\n right: 2".to_owned();
        test.place = Some(Place { file: "exercises/02_mutex/03_abba/tests/abba.rs".into(), line: 12 });
        let mut verdict = example::verdict("abba", Kind::FailingTest);
        verdict.headline = "`no_money_is_lost` fails at abba.rs:12".to_owned();
        verdict.tests = vec![test, example::test("another", Mode::Real, Outcome::Passed)];
        verdict
    }

    #[test]
    fn a_failing_test_shows_its_message_its_place_and_its_output() {
        let mut verdict = failing();
        verdict.tests[0].output.head = "balance: 1\n".to_owned();
        let expected = "\
\x20no_money_is_lost · failing test
   exercises/02_mutex/03_abba/tests/abba.rs:12
   assertion failed
     left: 1
    right: 2
   printed:
   │ balance: 1

test                real
──────────────────────────────────────
✗ no_money_is_lost  failing test, 3 ms
✓ another           passed, 3 ms

failing test · abba: `no_money_is_lost` at abba.rs:12
";
        assert_eq!(shown(&verdict), expected);
    }

    #[test]
    fn long_output_is_shown_by_its_beginning_and_end() {
        let mut verdict = failing();
        let lines = |word: &str| (0..500).map(|i| format!("{word} {i}\n")).collect::<String>();
        verdict.tests[0].output = Output { head: lines("first"), tail: lines("last"), dropped: 1_400_000_000 };
        let text = shown(&verdict);
        assert!(text.contains("│ first 0\n") && text.contains("│ last 499\n"), "{text}");
        assert!(text.contains("… 1335 MiB not kept …"), "{text}");
        assert!(text.lines().count() < 40, "{text}");
    }

    #[test]
    fn errors_are_not_shown_twice() {
        use crate::verdict::Level;
        let mut verdict = example::verdict("abba", Kind::CompileError);
        let diagnostic = |level, rendered: &str| Diagnostic {
            level,
            code: None,
            message: String::new(),
            place: None,
            rendered: rendered.to_owned(),
        };
        verdict.diagnostics =
            vec![diagnostic(Level::Error, "error: one\n"), diagnostic(Level::Warning, "warning: two\n")];
        assert_eq!(shown(&verdict), "error: one\n\nwarning: two\n\ndoes not compile · abba: does not compile it is\n");
        let rest = self::verdict(&verdict, Diagnostics::Warnings, Space::of(80, 24, Colour::Off)).print(Colour::Off);
        assert_eq!(rest, "warning: two\n\ndoes not compile · abba: does not compile it is\n");
    }

    #[test]
    fn every_state_has_a_word_without_colour() {
        for kind in [Kind::Passed, Kind::Deadlock, Kind::Timeout, Kind::Crashed, Kind::NoTests] {
            assert!(shown(&example::verdict("abba", kind)).starts_with(kind.word()));
        }
    }
}
