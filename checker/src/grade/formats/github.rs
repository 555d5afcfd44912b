//! For GitHub Actions: annotations in the log, and a summary of the step.
//!
//! GitHub drops annotations after the tenth of a step without a word, and a summary of more than 1 MiB altogether. What
//! learners' code prints could contain commands to the runner, so these are switched off while it is printed.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use crate::grade::formats::cut;
use crate::grade::report::{Report, Row, Totals};

/// The most annotations.
const MOST: usize = 10;
/// The most bytes of a summary.
const LONGEST_SUMMARY: usize = 1_000_000;
/// The most bytes of an annotation.
const LONGEST_MESSAGE: usize = 2_000;
/// The most bytes of what is printed of one exercise.
const LONGEST_DETAILS: usize = 16_000;

/// A word that nobody can guess.
pub fn token() -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).context("the system gives no random numbers")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What is printed to the log. `token` resumes commands, so learners must not know it.
pub fn commands(report: &Report, token: &str) -> String {
    let mut log = String::new();
    let failed = || report.rows.iter().filter(|row| !row.passed());
    for row in failed().take(MOST) {
        let (file, line) = place(row);
        let _ = writeln!(
            log,
            "::error file={},line={line},title={}::{}",
            property(&file),
            property(&format!("{}: {}", row.label(), row.examined.word())),
            data(&cut(&row.examined.headline, LONGEST_MESSAGE)),
        );
    }
    for row in failed() {
        let details = details(row);
        if !details.is_empty() {
            let _ = write!(
                log,
                "::group::{}\n::stop-commands::{token}\n{details}\n::{token}::\n::endgroup::\n",
                data(&row.label())
            );
        }
    }
    let totals = Totals::of(&report.rows);
    let _ = writeln!(log, "{} of {} points, {} of {} passed", totals.points, totals.of, totals.passed, totals.rows);
    if let Some(why) = report.incomplete() {
        let _ = writeln!(log, "::warning title=not complete::{}", data(&cut(&why, LONGEST_MESSAGE)));
    }
    log
}

/// The line that the failure is about; the first one if it is about none.
fn place(row: &Row) -> (String, u32) {
    let own = row.file();
    let of_test = row.examined.failed().find(|test| test.file.as_deref() == Some(&own)).and_then(|test| test.line);
    let of_error = || {
        let (_, after) = row.examined.errors.first()?.split_once(&format!("--> {own}:"))?;
        after.split(':').next()?.parse().ok()
    };
    let line = of_test.or_else(of_error).unwrap_or(1);
    (own, line)
}

/// What the compiler, the tests and the learner's code say.
fn details(row: &Row) -> String {
    let mut details = row.examined.errors.join("\n");
    for test in row.examined.failed() {
        let _ = write!(details, "{}: {}\n{}", test.name, test.message, test.output);
    }
    // A line of its own for the token, whatever the code prints.
    cut(details.trim_end(), LONGEST_DETAILS).replace('\r', "\n")
}

/// The summary, in Markdown.
pub fn summary(report: &Report) -> String {
    let mut text = format!("## {}\n\n", cell(report.start.title.as_deref().unwrap_or("Marks")));
    if let Some(why) = report.incomplete() {
        let _ = write!(text, "This report is not complete: {}\n\n", cell(&why));
    }
    let totals = Totals::of(&report.rows);
    let _ =
        write!(text, "**{} of {} points**, {} of {} passed\n\n", totals.points, totals.of, totals.passed, totals.rows);
    text.push_str("| exercise | points | verdict |\n|---|---|---|\n");
    for (at, row) in report.rows.iter().enumerate() {
        let late = if row.late { " (late)" } else { "" };
        let verdict = format!("{}: {}", row.examined.word(), row.examined.headline);
        let line = format!(
            "| {} | {} of {}{late} | {} |\n",
            cell(&row.label()),
            row.points,
            row.of,
            cell(&cut(&verdict, LONGEST_MESSAGE))
        );
        let rest = format!("\n{} more rows do not fit.\n", report.rows.len() - at);
        if text.len() + line.len() + rest.len() > LONGEST_SUMMARY {
            return text + &rest;
        }
        text.push_str(&line);
    }
    text
}

/// `text` in a table, where nothing in it is Markdown or HTML.
fn cell(text: &str) -> String {
    let mut cell = String::new();
    for c in text.chars() {
        match c {
            '&' => cell.push_str("&amp;"),
            '<' => cell.push_str("&lt;"),
            '>' => cell.push_str("&gt;"),
            '\n' | '\r' => cell.push(' '),
            '|' | '*' | '_' | '[' | ']' | '\\' | '~' | '#' | '!' | '@' => {
                cell.push('\\');
                cell.push(c);
            }
            c if c.is_control() => {}
            c => cell.push(c),
        }
    }
    cell
}

/// `text` after the `::` of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// `text` as a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::report::{Test, example};
    use crate::verdict::Kind;

    fn failed(name: &str) -> Row {
        let mut row = example::row(None, &format!("02_mutex/03_{name}"), Some(Kind::Panic), 2);
        row.examined.tests = vec![Test {
            name: "t".to_owned(),
            passed: false,
            reason: Some(Kind::Panic),
            ms: 3,
            message: "panicked".to_owned(),
            file: Some(row.file()),
            line: Some(7),
            output: "::error::I am a command\r::secret::".to_owned(),
            interleavings: None,
        }];
        row
    }

    /// Would catch: a learner who writes annotations, or ends the part in which commands are switched off.
    #[test]
    fn annotations_are_escaped_and_what_code_prints_is_no_command() {
        let mut row = failed("abba");
        row.examined.headline = "50% fail\nat lib.rs:7, twice".to_owned();
        let log = commands(&example::report(vec![row]), "secret");
        let expected = "\
::error file=exercises/02_mutex/03_abba/src/lib.rs,line=7,title=abba%3A panic::50%25 fail%0Aat lib.rs:7, twice
::group::abba
::stop-commands::secret
t: panicked
::error::I am a command
::secret::
::secret::
::endgroup::
0 of 2 points, 0 of 1 passed
";
        assert_eq!(log, expected);
        let (a, b) = (token().unwrap(), token().unwrap());
        assert!(a != b && a.len() == 32);
    }

    /// Would catch: failures that GitHub drops without a word, and a summary that it drops.
    #[test]
    fn there_are_at_most_ten_annotations_and_a_megabyte_of_summary() {
        let rows: Vec<Row> = (0..40_000).map(|n| failed(&format!("e{n}"))).collect();
        let report = example::report(rows);
        assert_eq!(commands(&report, "secret").matches("::error file=").count(), MOST);
        let summary = summary(&report);
        assert!(summary.len() <= LONGEST_SUMMARY && summary.len() > LONGEST_SUMMARY - 1000, "{}", summary.len());
        assert!(summary.ends_with(" more rows do not fit.\n"), "{}", &summary[summary.len() - 200..]);
    }

    #[test]
    fn nothing_in_a_cell_is_markdown() {
        assert_eq!(cell("a | <b>*x*</b>\n[l](u) @me"), "a \\| &lt;b&gt;\\*x\\*&lt;/b&gt; \\[l\\](u) \\@me");
    }
}
