//! `results.json` for Exercism, version 3, about one exercise.

use std::fs;

use serde_json::{Value, json};
use syn::spanned::Spanned as _;

use crate::course::exercise::Exercise;
use crate::grade::formats::cut;
use crate::grade::report::{Report, Row, Status, Test};
use crate::verdict::Kind;

/// The most bytes of the message at the top. The limit is in characters, so this is on the safe side.
const LONGEST_MESSAGE: usize = 65_000;
/// The most bytes of what a test prints.
const LONGEST_OUTPUT: usize = 500;
/// The most bytes of the whole file.
const LONGEST: usize = 500_000;

/// The document.
pub fn results(report: &Report, exercises: &[&Exercise]) -> serde_json::Result<String> {
    let document = match report.rows.first() {
        None => json!({ "version": 3, "status": "error", "message": report.incomplete(), "tests": [] }),
        Some(row) => {
            let exercise = exercises.iter().find(|exercise| exercise.name == row.exercise);
            of_row(row, &exercise.map_or_else(Vec::new, |exercise| sources(exercise)))
        }
    };
    Ok(format!("{document:#}\n"))
}

fn of_row(row: &Row, sources: &[String]) -> Value {
    let examined = &row.examined;
    if examined.tests.is_empty() || examined.status != Status::Passed && examined.failed().next().is_none() {
        let message = format!("{}: {}\n\n{}", examined.word(), examined.headline, examined.errors.join("\n\n"));
        let message = cut(message.trim_end(), LONGEST_MESSAGE);
        return json!({ "version": 3, "status": "error", "message": message, "tests": [] });
    }
    let share = LONGEST / 2 / examined.tests.len();
    let tests: Vec<Value> = examined.tests.iter().map(|one| test(one, sources, share)).collect();
    let status = if row.passed() { "pass" } else { "fail" };
    json!({ "version": 3, "status": status, "message": null, "tests": tests })
}

/// No text of it is longer than `share`.
fn test(test: &Test, sources: &[String], share: usize) -> Value {
    let status = match test.reason {
        None => "pass",
        Some(Kind::FailingTest | Kind::Panic) => "fail",
        Some(_) => "error",
    };
    json!({
        "name": test.name.replace('_', " "),
        "status": status,
        "message": (!test.passed).then(|| cut(&test.message, share / 4)),
        "output": (!test.output.is_empty()).then(|| cut(&test.output, LONGEST_OUTPUT)),
        "test_code": cut(&code(&test.name, sources).unwrap_or_default(), share / 4),
    })
}

fn sources(exercise: &Exercise) -> Vec<String> {
    exercise.tests.iter().filter_map(|file| fs::read_to_string(file).ok()).collect()
}

/// The source of the test called `name`, perhaps in a module.
fn code(name: &str, sources: &[String]) -> Option<String> {
    let name = name.rsplit("::").next()?;
    sources.iter().find_map(|source| {
        let file = syn::parse_file(source).ok()?;
        let function = find(&file.items, name)?;
        let first =
            function.attrs.first().map_or_else(|| function.sig.span(), syn::spanned::Spanned::span).start().line;
        let last = function.block.span().end().line;
        let lines: Vec<&str> = source.lines().skip(first.saturating_sub(1)).take(last + 1 - first).collect();
        Some(lines.join("\n"))
    })
}

fn find<'a>(items: &'a [syn::Item], name: &str) -> Option<&'a syn::ItemFn> {
    items.iter().find_map(|item| match item {
        syn::Item::Fn(function) if function.sig.ident == name => Some(function),
        syn::Item::Mod(module) => find(&module.content.as_ref()?.1, name),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::report::example;

    fn a_test(name: &str, reason: Option<Kind>) -> Test {
        Test {
            name: name.to_owned(),
            passed: reason.is_none(),
            reason,
            ms: 3,
            message: "m".repeat(8_000),
            file: None,
            line: None,
            output: "o".repeat(8_000),
            interleavings: None,
        }
    }

    const SOURCE: &str =
        "use x::y;\n\nmod inner {\n    #[interleave::test]\n    fn it_holds() {\n        y();\n    }\n}\n";

    #[test]
    fn each_test_has_a_status_a_bounded_output_and_its_code() {
        let mut row = example::row(None, "02_mutex/03_abba", Some(Kind::Deadlock), 2);
        row.examined.tests =
            vec![a_test("inner::it_holds", Some(Kind::Deadlock)), a_test("b", Some(Kind::Panic)), a_test("c", None)];
        let results = of_row(&row, &[SOURCE.to_owned()]);
        assert_eq!(
            (&results["version"], &results["status"], &results["message"]),
            (&json!(3), &json!("fail"), &Value::Null)
        );
        let statuses: Vec<&Value> = (0..3).map(|at| &results["tests"][at]["status"]).collect();
        assert_eq!(statuses, ["error", "fail", "pass"]);
        let first = &results["tests"][0];
        assert_eq!(first["name"], "inner::it holds");
        assert_eq!(first["test_code"], "    #[interleave::test]\n    fn it_holds() {\n        y();\n    }");
        assert!(first["output"].as_str().unwrap().len() <= LONGEST_OUTPUT);
        assert_eq!(results["tests"][2]["message"], Value::Null);
    }

    /// Would catch: a file that Exercism refuses.
    #[test]
    fn the_file_is_never_too_long() {
        let mut row = example::row(None, "02_mutex/03_abba", Some(Kind::Panic), 2);
        row.examined.tests = (0..200).map(|n| a_test(&format!("t{n}"), Some(Kind::Panic))).collect();
        let results = results(&example::report(vec![row]), &[]).unwrap();
        assert!(results.len() < LONGEST, "{}", results.len());
    }

    #[test]
    fn only_an_exercise_without_a_test_run_is_an_error() {
        let mut row = example::row(None, "02_mutex/03_abba", Some(Kind::CompileError), 2);
        row.examined.errors = vec!["é".repeat(70_000)];
        let results = of_row(&row, &[]);
        assert_eq!((&results["status"], &results["tests"]), (&json!("error"), &json!([])));
        let message = results["message"].as_str().unwrap();
        assert!(message.starts_with("does not compile: it is so\n\né") && message.chars().count() < 65_535);
    }
}
