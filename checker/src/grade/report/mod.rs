//! What is reported: a start, a row for each exercise of each person, and an end. All formats are made from this.

use serde::{Deserialize, Serialize};

use crate::course::moment::Moment;
use crate::grade::examiner::Sandbox;
use crate::grade::shard::Shard;

pub use self::examined::{Coverage, Examined, Status, Test};

mod examined;
pub mod lines;
mod totals;

pub use self::totals::Totals;

/// A report, complete or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub start: Start,
    /// By person, in the order of the course.
    pub rows: Vec<Row>,
    /// `None` if grading was killed.
    pub end: Option<End>,
}

/// What was graded, and with what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// What the teacher calls the course.
    pub title: Option<String>,
    /// The version of everything that decides about a mark: tests, manifests, test kit, checker, selection.
    pub course: String,
    /// A hash of all files that were handed in, so that the shards of different files are not taken for one work.
    pub work: String,
    pub checker: String,
    pub rustc: String,
    pub started: Moment,
    pub sandbox: Sandbox,
    pub shard: Shard,
    /// How many rows there are in this report, and how many in all of its shards.
    pub rows: usize,
    pub all_rows: usize,
    /// The people of a class; empty for one person.
    pub students: Vec<Student>,
    /// What does not count among the files of one person.
    pub notes: Vec<String>,
}

/// A person of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Student {
    pub name: String,
    /// What was found among their files and does not count.
    pub notes: Vec<String>,
}

/// One exercise of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// `None` if one person is graded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub student: Option<String>,
    pub exercise: String,
    /// `02_mutex/03_abba`.
    pub path: String,
    pub title: String,
    pub grade: u8,
    pub points: u32,
    /// The points of a passing answer.
    pub of: u32,
    #[serde(flatten)]
    pub examined: Examined,
    pub due: Option<Moment>,
    /// When the file was handed in, if that is known.
    pub submitted: Option<Moment>,
    /// Whether it was handed in after its deadline.
    pub late: bool,
    /// Only of the learner's own files: other people's records prove nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<Help>,
}

/// The help that a learner took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Help {
    /// How many levels of the hint were shown.
    pub hints: u64,
    /// Whether the solution was shown before the exercise was solved.
    pub peeked: bool,
    /// Checks up to and including the first one that passed.
    pub attempts: u64,
}

/// How grading ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Whether it ended before its time, so that rows are missing.
    pub aborted: bool,
    /// Why it did.
    pub why: Option<String>,
    pub passed: usize,
    pub points: u32,
    pub of: u32,
    pub ms: u64,
}

impl Report {
    /// Why rows may be missing; `None` if none is.
    pub fn incomplete(&self) -> Option<String> {
        let missing = self.start.rows.saturating_sub(self.rows.len());
        match &self.end {
            Some(end) if end.aborted => Some(end.why.clone().unwrap_or_else(|| "interrupted".to_owned())),
            None => Some("it was killed while it ran".to_owned()),
            Some(_) if missing > 0 => Some(format!("{missing} of its rows are missing")),
            Some(_) => None,
        }
    }

    /// Whether everything was graded and passes.
    pub fn all_pass(&self) -> bool {
        self.incomplete().is_none() && self.rows.iter().all(Row::passed)
    }

    /// The chapters, in order.
    pub fn chapters(&self) -> Vec<&str> {
        let mut chapters: Vec<&str> = self.rows.iter().map(Row::chapter).collect();
        chapters.sort_unstable();
        chapters.dedup();
        chapters
    }

    /// The exercises, in order: path and name.
    pub fn exercises(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<_> = self.rows.iter().map(|row| (row.path.as_str(), row.exercise.as_str())).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The rows in the order of a report, whatever the order of grading was.
    pub fn sort(&mut self) {
        self.rows.sort_by(|a, b| (&a.student, &a.path).cmp(&(&b.student, &b.path)));
    }
}

impl Row {
    pub fn passed(&self) -> bool {
        self.examined.status == Status::Passed
    }

    /// `02_mutex`.
    pub fn chapter(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    /// `exercises/02_mutex/03_abba/src/lib.rs`.
    pub fn file(&self) -> String {
        format!("exercises/{}/src/lib.rs", self.path)
    }

    /// `abba`, or `alice: abba` in a class.
    pub fn label(&self) -> String {
        match &self.student {
            Some(student) => format!("{student}: {}", self.exercise),
            None => self.exercise.clone(),
        }
    }
}

#[cfg(test)]
pub mod example {
    use super::*;
    use crate::verdict::Kind;

    /// A row without details.
    pub fn row(student: Option<&str>, path: &str, reason: Option<Kind>, of: u32) -> Row {
        let passed = reason.is_none();
        Row {
            student: student.map(str::to_owned),
            exercise: path.split('/').nth(1).unwrap_or_default()[3..].to_owned(),
            path: path.to_owned(),
            title: "Two locks".to_owned(),
            grade: 2,
            points: if passed { of } else { 0 },
            of,
            examined: Examined {
                status: if passed { Status::Passed } else { Status::Failed },
                reason,
                headline: "it is so".to_owned(),
                coverage: passed.then_some(Coverage::Proven),
                tests: Vec::new(),
                errors: Vec::new(),
            },
            due: None,
            submitted: None,
            late: false,
            help: None,
        }
    }

    /// A complete report.
    pub fn report(rows: Vec<Row>) -> Report {
        let mut students: Vec<String> = rows.iter().filter_map(|row| row.student.clone()).collect();
        students.dedup();
        let totals = Totals::of(rows.iter());
        Report {
            start: Start {
                title: Some("Locks".to_owned()),
                course: "c0ffee".to_owned(),
                work: "beef".to_owned(),
                checker: "0.2.0".to_owned(),
                rustc: "rustc 1.95.0".to_owned(),
                started: Moment::utc(1_795_000_000),
                sandbox: Sandbox::default(),
                shard: Shard::ALL,
                rows: rows.len(),
                all_rows: rows.len(),
                students: students.into_iter().map(|name| Student { name, notes: Vec::new() }).collect(),
                notes: Vec::new(),
            },
            end: Some(End {
                aborted: false,
                why: None,
                passed: totals.passed,
                points: totals.points,
                of: totals.of,
                ms: 1234,
            }),
            rows,
        }
    }
}
