//! An exercise: a package, its brief, and its metadata.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::course::moment::Moment;

/// An exercise, as described by its manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exercise {
    /// The package name, unique in the course: `abba`.
    pub name: String,
    /// The folder of the chapter: `02_mutex`.
    pub chapter: String,
    /// The folder of the exercise in its chapter: `03_abba`.
    pub folder: String,
    /// The folder of the package.
    pub dir: PathBuf,
    /// Cargo's unambiguous id of the package.
    pub package_id: String,
    /// The files in `tests/`, each a test binary; empty if the learner deleted them.
    pub tests: Vec<PathBuf>,
    /// Whether it has an explore mode.
    pub explored: bool,
    pub about: About,
    #[serde(skip)]
    pub terms: Terms,
}

/// What a teacher says about an exercise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub due: Option<Moment>,
    /// The points that it is worth, if not as many as its grade.
    pub points: Option<u32>,
}

/// The `[package.metadata.exercise]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    pub title: String,
    /// From 1 to 5.
    pub grade: u8,
    #[serde(default)]
    pub concepts: Vec<String>,
    /// What the unmodified starter produces.
    pub starts: Starts,
    /// The test that the starter fails, or a part of the compiler's message.
    pub starts_at: Option<String>,
    #[serde(default)]
    pub packages: Vec<String>,
    /// The time limit of one test, in milliseconds.
    #[serde(default = "ten_seconds")]
    limit_ms: u64,
    /// How many interleavings are explored, if that is not the kit's default.
    pub schedules: Option<u32>,
    /// Mutants of the solution that are equivalent to it.
    #[serde(default)]
    pub equivalent: Vec<Equivalent>,
    /// If the learner is asked for predictions: words of the answers, which the verdict on the starter must not say.
    #[serde(default)]
    pub answers: Vec<String>,
}

/// A mutant that no test can distinguish from the solution, because they differ in nothing that matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equivalent {
    pub mutant: String,
    pub reason: String,
}

/// What the unmodified starter of an exercise produces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Starts {
    CompileError,
    Lint,
    FailingTest,
    Deadlock,
    Livelock,
    DataRace,
    Timeout,
    Panic,
}

impl Exercise {
    /// The time limit of one test.
    pub fn limit(&self) -> Duration {
        Duration::from_millis(self.about.limit_ms)
    }

    /// What a passing answer is worth. The grade says how hard an exercise is, so it is the default.
    pub fn points(&self) -> u32 {
        self.terms.points.unwrap_or_else(|| u32::from(self.about.grade))
    }

    /// The one file that the learner edits.
    pub fn source(&self) -> PathBuf {
        self.dir.join("src").join("lib.rs")
    }

    /// The folder of its solution in the course at `root`.
    pub fn solution(&self, root: &Path) -> PathBuf {
        root.join("solutions").join(self.path())
    }

    /// What it asks for.
    pub fn brief(&self) -> PathBuf {
        self.dir.join("README.md")
    }

    /// The lesson of its chapter.
    pub fn lesson(&self) -> PathBuf {
        self.dir.parent().unwrap_or(&self.dir).join("README.md")
    }

    /// `02_mutex/03_abba`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.chapter, self.folder)
    }

    /// Whether `name` stands for this exercise: `abba`, `03_abba` or `02_mutex/03_abba`.
    pub fn is_called(&self, name: &str) -> bool {
        let name = name.strip_prefix("exercises/").unwrap_or(name).trim_end_matches('/');
        name == self.name || name == self.folder || name == self.path()
    }

    /// Whether `file`, as the compiler reports it, is one of the exercise's tests.
    pub fn is_test(&self, file: &Path, root: &Path) -> bool {
        let file = root.join(file);
        file.starts_with(self.dir.join("tests")) || self.tests.contains(&file)
    }
}

const fn ten_seconds() -> u64 {
    10_000
}

#[cfg(test)]
pub mod example {
    use super::*;

    /// An exercise for tests that need one.
    pub fn exercise(name: &str) -> Exercise {
        Exercise {
            name: name.to_owned(),
            chapter: "02_mutex".to_owned(),
            folder: format!("03_{name}"),
            dir: PathBuf::from(format!("/course/exercises/02_mutex/03_{name}")),
            package_id: format!("path+file:///course/exercises/02_mutex/03_{name}#{name}@0.1.0"),
            tests: Vec::new(),
            explored: true,
            about: About {
                title: "Two locks, two orders".to_owned(),
                grade: 2,
                concepts: vec!["deadlock".to_owned()],
                starts: Starts::Deadlock,
                starts_at: None,
                packages: vec!["std".to_owned()],
                limit_ms: 10_000,
                schedules: None,
                equivalent: Vec::new(),
                answers: Vec::new(),
            },
            terms: Terms::default(),
        }
    }

    #[test]
    fn an_exercise_has_three_names() {
        let abba = exercise("abba");
        for name in ["abba", "03_abba", "02_mutex/03_abba", "exercises/02_mutex/03_abba/"] {
            assert!(abba.is_called(name), "{name}");
        }
        for name in ["", "abb", "02_mutex", "02_mutex/abba", "x/03_abba"] {
            assert!(!abba.is_called(name), "{name}");
        }
    }
}
