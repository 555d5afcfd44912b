//! JUnit's XML in the dialect of Jenkins, which GitLab, GitHub's reporters and Jenkins read.
//!
//! GitLab shows `classname` as the suite, drops a test whose `classname` and `name` were there before, and refuses files
//! of 30 MB.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::grade::formats::cut;
use crate::grade::report::{Report, Row, Status, Test};

/// After so many bytes, failures are written without what they say.
const PLENTY: usize = 12_000_000;
/// The most bytes of the sentence about a failure.
const LONGEST_MESSAGE: usize = 500;

/// The document.
pub fn junit(report: &Report) -> String {
    let cases: Vec<Vec<Case<'_>>> = report.rows.iter().map(cases).collect();
    let count = |result: fn(&Result) -> bool| cases.iter().flatten().filter(|case| result(&case.result)).count();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let seconds = seconds(report.end.as_ref().map_or(0, |end| end.ms));
    let _ = writeln!(
        xml,
        "<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{seconds}\">",
        attribute(report.start.title.as_deref().unwrap_or("grade")),
        cases.iter().flatten().count(),
        count(|result| matches!(result, Result::Failure { .. })),
        count(|result| matches!(result, Result::Error { .. })),
    );
    for (row, cases) in report.rows.iter().zip(&cases) {
        suite(&mut xml, report, row, cases);
    }
    if let Some(why) = report.incomplete() {
        let why = attribute(&why);
        let _ = write!(
            xml,
            "  <testsuite name=\"grade\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n    \
             <testcase classname=\"grade\" name=\"complete\"><error type=\"aborted\" message=\"{why}\"/></testcase>\n  \
             </testsuite>\n"
        );
    }
    xml + "</testsuites>\n"
}

struct Case<'a> {
    name: String,
    ms: u64,
    result: Result,
    test: Option<&'a Test>,
}

enum Result {
    Passed,
    Failure {
        kind: &'static str,
        message: String,
    },
    /// The tests could not run.
    Error {
        kind: &'static str,
        message: String,
        details: String,
    },
}

/// The tests of `row`. If it failed without one, what went wrong is a case of its own.
fn cases(row: &Row) -> Vec<Case<'_>> {
    let examined = &row.examined;
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut cases: Vec<Case<'_>> = examined
        .tests
        .iter()
        .map(|test| {
            let times = seen.entry(&test.name).or_default();
            *times += 1;
            let name = if *times == 1 { test.name.clone() } else { format!("{} ({times})", test.name) };
            let result = match test.reason {
                Some(kind) => Result::Failure { kind: kind.word(), message: first_line(&test.message).to_owned() },
                None => Result::Passed,
            };
            Case { name, ms: test.ms, result, test: Some(test) }
        })
        .collect();
    if examined.status != Status::Passed && examined.failed().next().is_none() {
        let (kind, message) = (examined.word(), examined.headline.clone());
        let (name, result) = match examined.errors.is_empty() {
            true => ("verdict", Result::Failure { kind, message }),
            false => ("build", Result::Error { kind, message, details: examined.errors.join("\n\n") }),
        };
        cases.insert(0, Case { name: name.to_owned(), ms: 0, result, test: None });
    }
    cases
}

fn suite(xml: &mut String, report: &Report, row: &Row, cases: &[Case<'_>]) {
    let class = class(row);
    let count = |result: fn(&Result) -> bool| cases.iter().filter(|case| result(&case.result)).count();
    let _ = writeln!(
        xml,
        "  <testsuite name=\"{class}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\" timestamp=\"{}\" time=\"{}\">",
        cases.len(),
        count(|result| matches!(result, Result::Failure { .. })),
        count(|result| matches!(result, Result::Error { .. })),
        report.start.started,
        seconds(cases.iter().map(|case| case.ms).sum()),
    );
    for case in cases {
        let _ = write!(
            xml,
            "    <testcase classname=\"{class}\" name=\"{}\" file=\"{}\" time=\"{}\"",
            attribute(&case.name),
            attribute(&row.file()),
            seconds(case.ms)
        );
        if matches!(case.result, Result::Passed) {
            xml.push_str("/>\n");
            continue;
        }
        xml.push_str(">\n");
        failure(xml, case);
        xml.push_str("    </testcase>\n");
    }
    xml.push_str("  </testsuite>\n");
}

fn failure(xml: &mut String, case: &Case<'_>) {
    let has_room = xml.len() < PLENTY;
    let short = |message: &str| if has_room { attribute(&cut(message, LONGEST_MESSAGE)) } else { String::new() };
    match &case.result {
        Result::Passed => {}
        Result::Failure { kind, message } => {
            let details = case.test.filter(|_| has_room).map_or("", |test| &test.message);
            let message = short(message);
            let _ =
                writeln!(xml, "      <failure type=\"{kind}\" message=\"{message}\">{}</failure>", content(details));
        }
        Result::Error { kind, message, details } => {
            let (message, details) = (short(message), if has_room { details } else { "" });
            let _ = writeln!(xml, "      <error type=\"{kind}\" message=\"{message}\">{}</error>", content(details));
        }
    }
    if let Some(test) = case.test.filter(|test| has_room && !test.output.is_empty()) {
        let _ = writeln!(xml, "      <system-out>{}</system-out>", content(&test.output));
    }
}

/// `02_mutex.03_abba`, or `alice.02_mutex.03_abba`.
fn class(row: &Row) -> String {
    let path = row.path.replace('/', ".");
    attribute(&row.student.as_ref().map_or(path.clone(), |student| format!("{student}.{path}")))
}

fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// `text` as XML, without the characters that XML 1.0 does not allow even as references.
fn content(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}' => xml.push(c),
            _ => {}
        }
    }
    xml
}

/// Line ends would be read as blanks.
fn attribute(text: &str) -> String {
    content(text).replace('\n', "&#10;").replace('\r', "&#13;").replace('\t', "&#9;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::report::example;
    use crate::verdict::Kind;

    fn test(name: &str, reason: Option<Kind>, message: &str) -> Test {
        Test {
            name: name.to_owned(),
            passed: reason.is_none(),
            reason,
            ms: 1234,
            message: message.to_owned(),
            file: None,
            line: None,
            output: "printed \x1b[31m]]> & \u{fffe}\0".to_owned(),
            interleavings: None,
        }
    }

    #[test]
    fn names_are_unique_and_what_xml_does_not_allow_is_left_out() {
        let mut row = example::row(Some("a<b>\"&"), "02_mutex/03_abba", Some(Kind::Deadlock), 2);
        row.examined.tests =
            vec![test("t", None, ""), test("t", Some(Kind::Deadlock), "\nwaits\x08 for\u{ffff} `a`\nand \"b\" <c>")];
        let xml = junit(&example::report(vec![row]));
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<testsuites name=\"Locks\" tests=\"2\" failures=\"1\" errors=\"0\" time=\"1.234\">
  <testsuite name=\"a&lt;b&gt;&quot;&amp;.02_mutex.03_abba\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" timestamp=\"2026-11-18T11:06:40Z\" time=\"2.468\">
    <testcase classname=\"a&lt;b&gt;&quot;&amp;.02_mutex.03_abba\" name=\"t\" file=\"exercises/02_mutex/03_abba/src/lib.rs\" time=\"1.234\"/>
    <testcase classname=\"a&lt;b&gt;&quot;&amp;.02_mutex.03_abba\" name=\"t (2)\" file=\"exercises/02_mutex/03_abba/src/lib.rs\" time=\"1.234\">
      <failure type=\"deadlock\" message=\"waits for `a`\">\nwaits for `a`\nand &quot;b&quot; &lt;c&gt;</failure>
      <system-out>printed [31m]]&gt; &amp; </system-out>
    </testcase>
  </testsuite>
</testsuites>
";
        assert_eq!(xml, expected);
    }

    #[test]
    fn what_has_no_test_is_a_case_of_its_own() {
        let mut broken = example::row(None, "02_mutex/03_abba", Some(Kind::CompileError), 2);
        broken.examined.errors = vec!["error: moved".to_owned()];
        let altered = example::row(None, "02_mutex/04_poison", Some(Kind::Altered), 2);
        let mut report = example::report(vec![broken, altered]);
        report.end = None;
        let xml = junit(&report);
        for expected in [
            "tests=\"2\" failures=\"1\" errors=\"1\"",
            "name=\"build\"",
            "<error type=\"does not compile\" message=\"it is so\">error: moved</error>",
            "<failure type=\"altered tests\" message=\"it is so\"></failure>",
            "<error type=\"aborted\" message=\"it was killed while it ran\"/>",
        ] {
            assert!(xml.contains(expected), "{expected}\n{xml}");
        }
    }

    /// Would catch: a class whose report GitLab refuses.
    #[test]
    fn a_large_report_keeps_its_results_without_details() {
        let rows = (0..9_600).map(|n| {
            let mut row = example::row(Some(&format!("student {n}")), "02_mutex/03_abba", Some(Kind::Panic), 2);
            row.examined.tests =
                ["a", "b", "c", "d"].map(|name| test(name, Some(Kind::Panic), &"<".repeat(8 * 1024))).into();
            row
        });
        let xml = junit(&example::report(rows.collect()));
        assert!((PLENTY..30_000_000).contains(&xml.len()), "{}", xml.len());
        assert_eq!(xml.matches("<failure ").count(), 4 * 9_600);
    }
}
