//! What a submission is, and who examines it.
//!
//! A submission is one text per exercise. Where it is compiled, and what contains it meanwhile, is the examiner's
//! business: the learner's own files are examined where they lie, other people's files in a clean copy of the course.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::course::catalogue::Catalogue;
use crate::course::exercise::Exercise;
use crate::verdict::Verdict;

/// Examines one source text of one exercise.
pub trait Examiner: Sync {
    /// The verdict on `text` as the `src/lib.rs` of `exercise`, an exercise of the course that is graded; `None` if it
    /// was stopped. An error means that the examiner cannot work, and says nothing about `text`: whatever `text` does
    /// is a verdict.
    fn examine(&self, exercise: &Exercise, text: &str) -> Result<Option<Verdict>>;

    /// The course in which it examines: its tests and its test kit decide.
    fn course(&self) -> &Catalogue;

    /// What contains the code while it is compiled and run.
    fn sandbox(&self) -> Sandbox;

    /// How many examinations may run side by side.
    fn lanes(&self) -> usize {
        1
    }
}

/// The files that one person handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Submission {
    /// By the name of the exercise. An exercise that is not here is missing.
    pub sources: BTreeMap<String, Source>,
    /// What was found beside the sources and does not count, such as edited tests; each is one sentence for the teacher.
    pub notes: Vec<String>,
}

/// What was handed in for one exercise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The content of its `src/lib.rs`.
    Text(String),
    /// There is a file, but it cannot be taken; says why, such as "src/lib.rs is a symbolic link".
    Refused(String),
}

/// What contained the code that was examined, as the report says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    /// What held, such as "Landlock 7: files, TCP, signals". Empty without a sandbox.
    pub held: Vec<String>,
    /// What this system does not offer, and why.
    pub missing: Vec<String>,
}
