//! An exercise: a crate of its own, its brief, and what is known about it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One exercise, as its manifest describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercise {
    /// The package name, unique in the course: `abba`.
    pub name: String,
    /// The folder of the chapter: `02_mutex`.
    pub chapter: String,
    /// The folder of the exercise in its chapter: `03_abba`.
    pub folder: String,
    /// Where it lies.
    pub dir: PathBuf,
    /// What cargo calls the package, without ambiguity.
    pub package_id: String,
    /// The files under `tests/`, each a test binary; none if somebody deleted them.
    pub tests: Vec<PathBuf>,
    /// Whether there is an explore mode.
    pub explored: bool,
    pub about: About,
}

/// The `[package.metadata.exercise]` table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct About {
    pub title: String,
    /// From 1 to 5.
    pub grade: u8,
    #[serde(default)]
    pub concepts: Vec<String>,
    /// What the untouched starter produces.
    pub starts: Starts,
    /// The test that the starter fails, or a part of what the compiler says about it.
    pub starts_at: Option<String>,
    #[serde(default)]
    pub packages: Vec<String>,
    /// How long one test may take.
    #[serde(default = "ten_seconds")]
    limit_ms: u64,
    /// How many interleavings are explored, if not the kit's default.
    pub schedules: Option<u32>,
    /// Mutants of the solution that are as right as the solution.
    #[serde(default)]
    pub equivalent: Vec<Equivalent>,
}

/// A mutant that no test can tell from the solution, because nothing that matters is different.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Equivalent {
    pub mutant: String,
    pub reason: String,
}

/// What the untouched starter of an exercise produces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Starts {
    CompileError,
    Lint,
    FailingTest,
    Deadlock,
    Timeout,
    Panic,
}

impl Exercise {
    /// How long one of its tests may take.
    pub fn limit(&self) -> Duration {
        Duration::from_millis(self.about.limit_ms)
    }

    /// The one file that the learner edits.
    pub fn source(&self) -> PathBuf {
        self.dir.join("src").join("lib.rs")
    }

    /// `02_mutex/03_abba`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.chapter, self.folder)
    }

    /// Whether `name` means this exercise: `abba`, `03_abba` or `02_mutex/03_abba`.
    pub fn is_called(&self, name: &str) -> bool {
        let name = name.strip_prefix("exercises/").unwrap_or(name).trim_end_matches('/');
        name == self.name || name == self.folder || name == self.path()
    }

    /// Whether `file`, as the compiler names it, is one of its tests.
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
            },
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
