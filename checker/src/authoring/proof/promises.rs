//! The promises of an exercise: each with the test that checks it and a wrong answer that breaks only it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::authoring::proof::Complaint;
use crate::authoring::proof::trial::Tried;
use crate::verdict::{Kind, Verdict};

/// The file in the folder of a solution.
pub const FILE: &str = "promises.toml";

/// Replaces the name of a test if only the compiler can reject the wrong answer.
const COMPILER: &str = "compiler";

/// A sentence of the brief or of a doc comment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    pub says: String,
    /// The test that fails if the promise is broken, or [`COMPILER`].
    test: String,
    /// The answer in `rejected/` that breaks the promise.
    broken_by: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    promise: Vec<Promise>,
}

/// The promises of the exercise whose solution is in `solution`.
pub fn read(solution: &Path) -> Result<Vec<Promise>, Complaint> {
    let text = fs::read_to_string(solution.join(FILE)).map_err(|error| {
        Complaint::new(FILE, format!("cannot be read ({error}): it names a test for each promise of the brief"))
    })?;
    let table: Table = toml::from_str(&text).map_err(|error| Complaint::new(FILE, in_one_line(&error, &text)))?;
    Ok(table.promise)
}

fn in_one_line(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {}: {}", before.matches('\n').count() + 1, error.message())
}

/// The number of the exercise's tests, according to the solution's run, and how many of them promises name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub tests: usize,
    pub promised: usize,
}

pub fn coverage(promises: &[Promise], tried: &[Tried]) -> Coverage {
    let tests = tests(tried);
    let promised = tests.iter().filter(|test| is_promised(promises, test)).count();
    Coverage { tests: tests.len(), promised }
}

/// The defects of `promises`, given the results of the answers.
pub fn complaints(promises: &[Promise], tried: &[Tried]) -> Vec<Complaint> {
    let tests = tests(tried);
    let mut complaints: Vec<Complaint> = promises
        .iter()
        .filter_map(|promise| {
            let objection = objection(promise, &tests, tried)?;
            Some(Complaint::new(FILE, format!("{:?}: {objection}", promise.says)))
        })
        .collect();
    let unpromised = tests.into_iter().filter(|test| !is_promised(promises, test));
    complaints.extend(unpromised.map(|test| Complaint::new(FILE, format!("no promise names the test `{test}`"))));
    complaints
}

/// The names of all tests. Empty if the solution does not compile.
fn tests(tried: &[Tried]) -> BTreeSet<&str> {
    let solution = tried.iter().find(|tried| tried.attempt.name == "solution");
    solution.into_iter().flat_map(|solution| &solution.verdict.tests).map(|test| test.name.as_str()).collect()
}

fn is_promised(promises: &[Promise], test: &str) -> bool {
    promises.iter().any(|promise| promise.test == test)
}

fn objection(promise: &Promise, tests: &BTreeSet<&str>, tried: &[Tried]) -> Option<String> {
    let Promise { says, test, broken_by } = promise;
    if says.trim().is_empty() {
        return Some(format!("says nothing about the test `{test}`"));
    }
    // If the solution does not compile, the tests are unknown, and there is an objection about that already.
    if test != COMPILER && !tests.is_empty() && !tests.contains(test.as_str()) {
        return Some(format!("there is no test `{test}`"));
    }
    let name = format!("rejected/{broken_by}");
    let Some(answer) = tried.iter().find(|tried| tried.attempt.name == name) else {
        return Some(format!("there is no answer {name}.rs"));
    };
    match test.as_str() {
        COMPILER if refused_by_the_compiler(&answer.verdict) => None,
        COMPILER => Some(format!("{name} compiles")),
        _ if answer.failing.contains(test) => None,
        _ if refused_by_the_compiler(&answer.verdict) => {
            Some(format!("{name} does not compile, so no test fails: is it `test = \"{COMPILER}\"`?"))
        }
        _ => Some(format!("{name} does not make `{test}` fail; failing: {}", listed(&answer.failing))),
    }
}

/// The tests that `answer` must make fail, by the promises that it breaks.
pub fn broken_by<'a>(promises: &'a [Promise], answer: &str) -> Vec<&'a str> {
    let broken = promises.iter().filter(|promise| Some(promise.broken_by.as_str()) == answer.strip_prefix("rejected/"));
    broken.map(|promise| promise.test.as_str()).filter(|test| *test != COMPILER).collect()
}

fn refused_by_the_compiler(verdict: &Verdict) -> bool {
    matches!(verdict.kind, Kind::CompileError | Kind::Lint)
}

fn listed(tests: &BTreeSet<String>) -> String {
    if tests.is_empty() {
        return "none".to_owned();
    }
    tests.iter().map(|test| format!("`{test}`")).collect::<Vec<_>>().join(", ")
}
