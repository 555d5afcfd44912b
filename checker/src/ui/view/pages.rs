//! The middle of the watch's screen: results, the timeline, the help.

use super::finish::{self, SolvedChapter};
use super::space::Space;
use super::verdict as view;
use super::{brief, results};
use crate::error::COMMAND;
use crate::ui::keys;
use crate::ui::text::style::{Line, Style, Text};
use crate::verdict::summary::beside_the_word;
use crate::verdict::{Diagnostic, Mode, Outcome, TestResult, Verdict};

/// A text, and the lines that the user can jump to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub text: Text,
    pub anchors: Vec<usize>,
}

/// What is shown after success.
#[derive(Clone, Copy, Debug)]
pub struct Success<'a> {
    /// The beginning of the explanation.
    pub explanation: Option<&'a Text>,
    /// The name of the next exercise.
    pub next: Option<&'a str>,
    /// The chapters of which every exercise is solved; the last one is the current one's, if that is among them.
    pub solved: &'a [SolvedChapter],
    pub ended: Ended,
}

/// What was completed with this exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Exercise,
    Chapter,
    Course,
}

impl Page {
    fn anchor(&mut self) {
        self.anchors.push(self.text.line_count());
    }

    fn aside(&mut self, words: impl Into<String>) {
        self.text.push(Line::styled(Style::Aside, words));
    }
}

/// The verdict without its headline: the tests, then the evidence.
pub fn result(verdict: &Verdict, success: Success<'_>, space: Space) -> Page {
    let mut page = Page::default();
    if verdict.passed() {
        // The status line may be too short for the headline. If the exercise fails, the rest is below anyway.
        if verdict.headline.len() + 12 > space.width {
            page.text.push(Line::plain(beside_the_word(verdict)));
            page.text.blank();
        }
        passed(&mut page, success);
        page.text.append(results::table(&verdict.tests));
    } else {
        page.text.append(brief::beginning(verdict, space));
        failed_tests(&mut page, verdict, space);
    }
    diagnostics(&mut page, &verdict.diagnostics);
    if verdict.tests.is_empty() && verdict.diagnostics.is_empty() && !verdict.passed() {
        page.text.push(Line::plain(&verdict.headline));
    }
    page
}

/// Why the checker itself failed.
pub fn error(words: &str) -> Page {
    let mut page = Page::default();
    page.text.push_lines(Style::Warning, words);
    page
}

/// The errors found by a running check.
pub fn errors(errors: &[Diagnostic]) -> Page {
    let mut page = Page::default();
    diagnostics(&mut page, errors);
    page
}

/// The test results of a running check, above the result of the previous one.
pub fn results(results: &[TestResult], before: Page) -> Page {
    let mut page = Page::default();
    page.text.append(results::table(results));
    if before.text.line_count() > 0 {
        page.aside("before this save:");
        page.text.blank();
    }
    let lines = page.text.line_count();
    page.anchors = before.anchors.iter().map(|line| line + lines).collect();
    page.text.append(before.text);
    page
}

fn passed(page: &mut Page, success: Success<'_>) {
    match success.ended {
        Ended::Course => page.text.append(finish::course(success.solved)),
        Ended::Chapter => {
            success.solved.last().into_iter().for_each(|chapter| page.text.push(finish::chapter(chapter)));
            page.text.blank();
        }
        Ended::Exercise => {}
    }
    if let Some(explanation) = success.explanation {
        page.text.append(explanation.clone());
        page.text.blank();
    }
    let next = match success.next {
        Some(next) => format!("n goes on to `{next}`"),
        None => "all exercises are solved".to_owned(),
    };
    page.text.push(Line::styled(Style::Good, format!("s compares your code with the solution · {next}")));
    page.text.blank();
}

/// A table of all tests, the decisive test, and the other failed tests. On a small screen the decisive test comes first.
fn failed_tests(page: &mut Page, verdict: &Verdict, space: Space) {
    let Some(decisive) = verdict.decisive() else { return };
    if !space.is_small() {
        page.text.append(results::table(&verdict.tests));
    }
    page.anchor();
    for test in verdict.evidence() {
        page.text.append(view::failed_test(test, space.width));
    }
    if space.is_small() {
        page.text.append(results::table(&verdict.tests));
    }
    for test in &verdict.tests {
        if matches!(test.outcome, Outcome::Failed(_)) && test.name != decisive.name && test.mode == decisive.mode {
            page.anchor();
            page.text.append(view::failed_test(test, space.width));
        }
    }
}

fn diagnostics(page: &mut Page, diagnostics: &[Diagnostic]) {
    for (number, diagnostic) in diagnostics.iter().enumerate() {
        page.anchor();
        if diagnostics.len() > 1 {
            page.aside(format!("{} of {}", number + 1, diagnostics.len()));
        }
        page.text.append(view::diagnostic(diagnostic));
    }
}

/// The failing interleaving alone; `None` if none is known.
pub fn timeline(verdict: &Verdict, width: usize) -> Option<Text> {
    let test = verdict.decisive()?;
    let trace = test.trace.as_ref()?;
    let mut text = Text::new();
    let title = format!(" · {}", trace::timeline::title(trace));
    text.push(Line::plain(" ").then(Style::Heading, &test.name).then(Style::Plain, title));
    text.blank();
    text.append(view::picture(&test.failure(), width));
    text.blank();
    text.push(Line::styled(Style::Aside, format!("y copies the command that replays it: {}", replay(verdict))));
    Some(text)
}

/// The command that replays the interleaving.
pub fn replay(verdict: &Verdict) -> String {
    format!("{COMMAND} replay {}", verdict.exercise)
}

/// The help: every key and what it does.
pub fn all_keys() -> Text {
    let mut text = Text::new();
    text.push(Line::styled(Style::Heading, "Keys"));
    text.blank();
    for (keys, words) in keys::all() {
        text.push(Line::plain("  ").then(Style::Name, keys).pad(19).then(Style::Plain, words));
    }
    text.blank();
    text.push(Line::plain("Keys work while a check runs. A save stops it and starts over."));
    text.push(Line::plain("The mouse is left to the terminal: text can be selected as everywhere."));
    text
}

/// Whether there is a timeline for `t` to show.
pub fn has_timeline(verdict: &Verdict) -> bool {
    verdict.decisive().is_some_and(|test| test.mode == Mode::Explore && test.trace.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::style::Colour;
    use crate::verdict::{Kind, Level, example};

    const SPACE: Space = Space { width: 80, height: 17, colour: Colour::Off };
    const NO_SUCCESS: Success<'_> = Success { explanation: None, next: None, solved: &[], ended: Ended::Exercise };

    #[test]
    fn errors_are_numbered_and_can_be_jumped_to() {
        let diagnostic = |text: &str| Diagnostic {
            level: Level::Error,
            code: None,
            message: text.to_owned(),
            place: None,
            rendered: format!("error: {text}\n --> lib.rs:1\n"),
        };
        let mut verdict = example::verdict("abba", Kind::CompileError);
        verdict.diagnostics = vec![diagnostic("one"), diagnostic("two")];
        let page = result(&verdict, NO_SUCCESS, SPACE);
        let expected = "1 of 2\nerror: one\n --> lib.rs:1\n\n2 of 2\nerror: two\n --> lib.rs:1\n\n";
        assert_eq!(page.text.print(Colour::Off), expected);
        assert_eq!(page.anchors, [0, 4]);
    }

    #[test]
    fn each_failed_test_can_be_jumped_to() {
        let mut verdict = example::verdict("abba", Kind::FailingTest);
        let mut test = example::test("a", Mode::Real, Outcome::Failed(Kind::FailingTest));
        test.message = "left is not right".to_owned();
        verdict.tests = vec![test.clone(), TestResult { name: "b".to_owned(), ..test }];
        let page = result(&verdict, NO_SUCCESS, SPACE);
        let text = page.text.print(Colour::Off);
        assert!(text.contains("\n a · failing test\n"), "{text}");
        assert_eq!(page.anchors.len(), 2, "{text}");
    }

    #[test]
    fn success_is_explained_and_names_the_next_exercise() {
        let verdict = example::verdict("abba", Kind::Passed);
        let mut because = Text::new();
        because.push(Line::plain("Because."));
        let success = Success { explanation: Some(&because), next: Some("third"), ..NO_SUCCESS };
        let text = result(&verdict, success, SPACE).text.print(Colour::Off);
        assert_eq!(text, "Because.\n\ns compares your code with the solution · n goes on to `third`\n\n");
    }
}
