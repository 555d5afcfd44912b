//! The proof of an exercise: answers to it, each with the verdict that it must get.
//!
//! An exercise is trusted because its starter fails for the stated reason, its solution and other right answers pass,
//! and known wrong answers are rejected. All of this is data that this module reads and compares.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::course::exercise::{Exercise, Starts};
use crate::verdict::{Kind, Modes, Outcome, Verdict};

pub mod book;
pub mod build;
pub mod gathered;
pub mod layout;
pub mod promises;
pub mod report;
pub mod speed;
pub mod texts;
pub mod trial;

/// Marks a place where an author still has to write something.
pub const PLACEHOLDER: &str = "FILL IN";

/// An answer to an exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The exercise that it answers.
    pub exercise: String,
    /// `starter`, `solution`, `accepted/atomic`, `rejected/sleep`.
    pub name: String,
    pub expected: Expected,
    /// The whole of `src/lib.rs`.
    pub source: String,
}

/// The result that an answer must get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    Passes,
    Fails {
        kind: Kind,
        /// The test that fails, or a part of the compiler's message.
        detail: Option<String>,
    },
}

/// A defect that an author has to fix: its subject and the objection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// `hints.md`, `rejected/sleep`.
    pub subject: String,
    pub objection: String,
}

impl Complaint {
    pub fn new(subject: impl Into<String>, objection: impl Into<String>) -> Complaint {
        Complaint { subject: subject.into(), objection: objection.into() }
    }
}

/// The minimum number of accepted and of rejected answers.
const LEAST_ACCEPTED: usize = 1;
const LEAST_REJECTED: usize = 2;

/// All answers to `exercise`, whose solution is in `solution`, and the defects of their headers.
pub fn attempts(exercise: &Exercise, solution: &Path) -> Result<(Vec<Attempt>, Vec<Complaint>)> {
    let (mut attempts, mut complaints) = (Vec::new(), Vec::new());
    let mut add = |name: String, file: &Path, expected: &dyn Fn(&str) -> Option<Expected>| {
        let Ok(source) = fs::read_to_string(file) else {
            complaints.push(Complaint::new(name, format!("{} cannot be read", file.display())));
            return;
        };
        match expected(&source) {
            Some(expected) => attempts.push(Attempt { exercise: exercise.name.clone(), name, expected, source }),
            None => complaints.push(Complaint::new(name, UNSTATED)),
        }
    };
    let starts = Expected::Fails { kind: starts(exercise.about.starts), detail: exercise.about.starts_at.clone() };
    add("starter".to_owned(), &solution.join("starter.rs"), &|_| Some(starts.clone()));
    add("solution".to_owned(), &solution.join("src/lib.rs"), &|_| Some(Expected::Passes));
    let (accepted, rejected) = (sources(&solution.join("accepted"))?, sources(&solution.join("rejected"))?);
    for file in &accepted {
        add(format!("accepted/{}", stem(file)), file, &|_| Some(Expected::Passes));
    }
    for file in &rejected {
        add(format!("rejected/{}", stem(file)), file, &stated);
    }
    for (folder, files, least) in [("accepted", &accepted, LEAST_ACCEPTED), ("rejected", &rejected, LEAST_REJECTED)] {
        if files.len() < least {
            let objection = format!("{} of at least {least} answers", files.len());
            complaints.push(Complaint::new(folder, objection));
        }
    }
    Ok((attempts, complaints))
}

const UNSTATED: &str = "does not say which verdict it must get: begin it with `//! verdict: failing-test NAME`, \
                        `//! verdict: deadlock` or another kind, and say why in the second line";

/// The Rust files in `dir`, sorted. Empty if the folder does not exist.
fn sources(dir: &Path) -> Result<Vec<PathBuf>> {
    let Ok(entries) = fs::read_dir(dir) else { return Ok(Vec::new()) };
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    Ok(files)
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn starts(starts: Starts) -> Kind {
    match starts {
        Starts::CompileError => Kind::CompileError,
        Starts::Lint => Kind::Lint,
        Starts::FailingTest => Kind::FailingTest,
        Starts::Deadlock => Kind::Deadlock,
        Starts::Livelock => Kind::Livelock,
        Starts::DataRace => Kind::DataRace,
        Starts::Timeout => Kind::Timeout,
        Starts::Panic => Kind::Panic,
    }
}

/// The verdict in the first line of a rejected answer; `None` unless the second line gives a reason.
fn stated(source: &str) -> Option<Expected> {
    let reason = source.lines().nth(1)?.strip_prefix("//!")?;
    let line = source.lines().next()?.strip_prefix("//! verdict:")?.trim();
    if reason.trim().is_empty() {
        return None;
    }
    let (kind, detail) = line.split_once(' ').map_or((line, None), |(kind, detail)| (kind, Some(detail.trim())));
    let kinds = [
        Kind::CompileError,
        Kind::Lint,
        Kind::FailingTest,
        Kind::Panic,
        Kind::Deadlock,
        Kind::Timeout,
        Kind::Livelock,
        Kind::DataRace,
        Kind::Crashed,
        Kind::Unfinished,
    ];
    let kind = kinds.into_iter().find(|known| known.name() == kind)?;
    Some(Expected::Fails { kind, detail: detail.map(str::to_owned) })
}

/// The objection if `verdict` is not what was expected.
pub fn objection(expected: &Expected, verdict: &Verdict) -> Option<String> {
    let got = || format!("{}: {}", verdict.kind.word(), verdict.headline);
    match expected {
        Expected::Passes if verdict.passed() => {
            (verdict.modes == Modes::RealOnly).then(|| format!("should be explored; {}", got()))
        }
        Expected::Passes => Some(format!("should pass; {}", got())),
        Expected::Fails { kind, .. } if *kind != verdict.kind => Some(format!("should be {}; {}", kind.word(), got())),
        Expected::Fails { detail: None, .. } => None,
        Expected::Fails { detail: Some(detail), .. } if names(verdict, detail) => None,
        Expected::Fails { kind, detail: Some(detail) } => {
            Some(format!("should be {} of `{detail}`; {}", kind.word(), got()))
        }
    }
}

/// Whether `detail` is the name of a failed test, or a part of the compiler's message.
fn names(verdict: &Verdict, detail: &str) -> bool {
    let failed =
        |name: &str| verdict.tests.iter().any(|test| test.name == name && matches!(test.outcome, Outcome::Failed(_)));
    let said = |part: &str| {
        verdict
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.is_error())
            .any(|diagnostic| diagnostic.code.as_deref() == Some(part) || diagnostic.rendered.contains(part))
    };
    failed(detail) || said(detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{Mode, example};

    fn fails(kind: Kind, detail: Option<&str>) -> Expected {
        Expected::Fails { kind, detail: detail.map(str::to_owned) }
    }

    #[test]
    fn a_rejected_answer_states_its_verdict_in_the_first_line() {
        assert_eq!(stated("//! verdict: deadlock\n//! Why.\n"), Some(fails(Kind::Deadlock, None)));
        assert_eq!(stated("//! verdict: failing-test a_b\n//! Why."), Some(fails(Kind::FailingTest, Some("a_b"))));
        assert_eq!(
            stated("//! verdict: compile-error cannot be sent\n//! Why."),
            Some(fails(Kind::CompileError, Some("cannot be sent")))
        );
        assert_eq!(stated("//! verdict: passed\n//! Why.\n"), None);
        assert_eq!(stated("//! verdict: deadlock\n//!\n"), None);
        assert_eq!(stated("use std::sync::Mutex;\n"), None);
    }

    #[test]
    fn the_kind_and_the_test_must_be_those_that_were_stated() {
        let mut verdict = example::verdict("abba", Kind::FailingTest);
        verdict.tests = vec![example::test("a", Mode::Real, Outcome::Failed(Kind::FailingTest))];
        assert_eq!(objection(&fails(Kind::FailingTest, None), &verdict), None);
        assert_eq!(objection(&fails(Kind::FailingTest, Some("a")), &verdict), None);
        assert!(objection(&fails(Kind::FailingTest, Some("b")), &verdict).is_some());
        assert!(objection(&fails(Kind::Deadlock, None), &verdict).is_some());
        assert!(objection(&Expected::Passes, &verdict).is_some());
        assert_eq!(objection(&Expected::Passes, &example::verdict("abba", Kind::Passed)), None);
    }
}
