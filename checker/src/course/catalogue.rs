//! The exercises, in order. Their manifests are the whole catalogue, and `cargo metadata` reads them. What it said is
//! remembered until a manifest changes.
//!
//! Cargo reads no package of a workspace if the manifest of one is broken. The catalogue then reads the other manifests
//! itself: everything but compiling works.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Result;

use crate::course::exercise::Exercise;
use crate::course::manifests::{self, Manifests, Unreadable};
use crate::course::remembered;
use crate::course::selection::{self, Selection};
use crate::error::{COMMAND, UserError};
use crate::system::toolchain;

/// The table in the workspace manifest that marks a course.
pub const MARK: &str = "[workspace.metadata.course]";

/// The course: its folder and its exercises.
#[derive(Clone, Debug)]
pub struct Catalogue {
    pub root: PathBuf,
    /// In the order of their folders. Never empty.
    pub exercises: Vec<Exercise>,
    /// What the teacher selected, if asked for.
    pub selection: Selection,
    /// The exercises that are left out because of their manifests.
    pub unreadable: Vec<Unreadable>,
    /// Why cargo compiles nothing, if it does not.
    refusal: Option<Refusal>,
}

/// Why cargo does not accept the course.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Refusal {
    /// The file or folder that cargo names, relative to the course if possible.
    place: String,
    why: String,
}

impl Catalogue {
    /// A course in which every manifest can be read, and every exercise is selected.
    pub fn of(root: impl Into<PathBuf>, exercises: impl Into<Vec<Exercise>>) -> Catalogue {
        let (selection, unreadable, refusal) = (Selection::default(), Vec::new(), None);
        Catalogue { root: root.into(), exercises: exercises.into(), selection, unreadable, refusal }
    }

    /// Finds the course that contains `from`, and reads what the teacher selected of it.
    pub fn find_selected(from: &Path) -> Result<Catalogue> {
        let found = Catalogue::find(from)?;
        let (exercises, selection) = selection::select(&found.root, found.exercises)?;
        Ok(Catalogue { exercises, selection, ..found })
    }

    /// Finds the course that contains `from`, and reads all of it.
    pub fn find(from: &Path) -> Result<Catalogue> {
        let root = find_root(from)?;
        if let Some(exercises) = remembered::recall(&root) {
            return Ok(Catalogue::of(root, exercises));
        }
        let key = remembered::key(&root);
        let (Manifests { exercises, unreadable }, refusal) = match metadata(&root)? {
            Ok(json) => {
                let manifests = manifests::of_metadata(&json, &root)?;
                if manifests.unreadable.is_empty() && !manifests.exercises.is_empty() {
                    // What is not remembered is asked for again.
                    let _ = remembered::remember(&root, key, &manifests.exercises);
                }
                (manifests, None)
            }
            Err(said) => {
                let place = refused(&said);
                let manifests = manifests::without_cargo(&root, place.map(|place| (Path::new(place), reason(&said))));
                (manifests, Some(Refusal::new(&said, &root)))
            }
        };
        if exercises.is_empty() {
            if let Some(unreadable) = unreadable.first() {
                return Err(unreadable.error().into());
            }
            let what = format!("no package under {} has a `metadata.exercise` table", root.join("exercises").display());
            return Err(UserError::new(what, "restore the folder `exercises`, for instance with `git checkout`").into());
        }
        Ok(Catalogue { unreadable, refusal, ..Catalogue::of(root, exercises) })
    }

    /// Fails if cargo does not accept the course, so that nothing can be compiled.
    pub fn require_cargo(&self) -> Result<()> {
        let Some(Refusal { place, why }) = &self.refusal else { return Ok(()) };
        let own = self.unreadable.iter().find(|unreadable| *place == unreadable.file());
        let what = match own {
            Some(unreadable) => unreadable.what(),
            None => format!("{place} cannot be used: {why}"),
        };
        let help = own.map_or_else(|| manifests::advice(place), Unreadable::help);
        Err(UserError::new(format!("cargo compiles no exercise, because {what}"), help).into())
    }

    /// The exercise `at` as cargo knows it now: what it did not accept may have been corrected since.
    pub fn compilable(&self, at: usize) -> Result<Exercise> {
        if self.refusal.is_none() {
            return Ok(self.exercises[at].clone());
        }
        let now = Catalogue::find(&self.root)?;
        now.require_cargo()?;
        Ok(now.exercises[now.get(&self.exercises[at].path())?].clone())
    }

    /// A line or two about each exercise that is left out.
    pub fn notes(&self) -> impl Iterator<Item = String> {
        self.unreadable.iter().map(|unreadable| format!("note: {}\n help: {}", unreadable.what(), unreadable.help()))
    }

    /// The index of the exercise that `name` stands for.
    pub fn get(&self, name: &str) -> Result<usize> {
        if let Some(at) = self.exercises.iter().position(|exercise| exercise.is_called(name)) {
            return Ok(at);
        }
        if self.selection.left_out.iter().any(|exercise| exercise.is_called(name)) {
            let what = format!("{} does not select `{name}`", selection::FILE);
            let help = format!("`{COMMAND} list` shows what belongs to your course");
            return Err(UserError::new(what, help).into());
        }
        if let Some(unreadable) = self.unreadable.iter().find(|unreadable| unreadable.is_called(name)) {
            return Err(unreadable.error().into());
        }
        let help = match self.nearest(name) {
            Some(near) => format!("did you mean `{near}`? `{COMMAND} list` shows all of them"),
            None => format!("`{COMMAND} list` shows all of them"),
        };
        Err(UserError::new(format!("there is no exercise `{name}`"), help).into())
    }

    /// All names, in order.
    pub fn names(&self) -> Vec<&str> {
        self.exercises.iter().map(|exercise| exercise.name.as_str()).collect()
    }

    /// The folder of the solution of `exercise`.
    pub fn solution(&self, exercise: &Exercise) -> PathBuf {
        exercise.solution(&self.root)
    }

    /// The original text of the learner's file, stored beside the solution.
    pub fn starter(&self, exercise: &Exercise) -> Result<Vec<u8>> {
        let path = self.solution(exercise).join("starter.rs");
        fs::read(&path).map_err(|error| {
            let what = format!("the starter {} cannot be read: {error}", path.display());
            UserError::new(what, "restore it with git").into()
        })
    }

    /// The name of the exercise that `name` was probably meant to be.
    fn nearest(&self, name: &str) -> Option<&str> {
        let name = name.rsplit('/').next().unwrap_or(name).trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
        let similar = |exercise: &Exercise| {
            let likeness = strsim::jaro_winkler(name, &exercise.name);
            if !name.is_empty() && exercise.name.contains(name) { likeness.max(0.9) } else { likeness }
        };
        let scores = self.exercises.iter().map(|exercise| (similar(exercise), exercise));
        let (score, nearest) = scores.max_by(|a, b| a.0.total_cmp(&b.0))?;
        (score > 0.75).then_some(nearest.name.as_str())
    }
}

/// The nearest enclosing folder whose manifest marks it as a course.
pub fn find_root(from: &Path) -> Result<PathBuf> {
    let is_course = |dir: &&Path| {
        fs::read_to_string(dir.join("Cargo.toml")).is_ok_and(|text| text.lines().any(|line| line.trim() == MARK))
    };
    from.ancestors().find(is_course).map(Path::to_owned).ok_or_else(|| {
        UserError::new(
            format!("no Cargo.toml with a `{MARK}` table in {} or above it", from.display()),
            "go to the folder that you cloned the exercises into",
        )
        .into()
    })
}

impl Refusal {
    fn new(said: &str, root: &Path) -> Refusal {
        let place = refused(said).map_or(root, Path::new);
        let place = place.strip_prefix(root).unwrap_or(place).join("Cargo.toml");
        Refusal { place: place.display().to_string(), why: reason(said).to_owned() }
    }
}

/// The line in which cargo says what is wrong: the first one, or the innermost cause.
fn reason(said: &str) -> &str {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default().trim_start_matches("error: ");
    if first.starts_with("failed to ") { lines.next_back().unwrap_or(first) } else { first }
}

/// The folder of the package whose manifest cargo does not accept, if `said` names one.
fn refused(said: &str) -> Option<&str> {
    said.split_once("failed to load manifest for workspace member `")?.1.split('`').next()
}

/// What `cargo metadata` prints, or what cargo says if it does not accept the course.
fn metadata(root: &Path) -> Result<Result<Vec<u8>, String>> {
    let output = toolchain::cargo()
        .args(["metadata", "--no-deps", "--format-version=1"])
        .current_dir(root)
        .env("CARGO_TERM_COLOR", "never")
        // Otherwise rustup may print a backtrace, too.
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .output()
        .map_err(toolchain::cargo_failed)?;
    if output.status.success() {
        return Ok(Ok(output.stdout));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    match toolchain::missing(&said, root) {
        Some(missing) => Err(missing.into()),
        None => Ok(Err(said.into_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example;

    fn catalogue() -> Catalogue {
        let exercises = ["first_verdict", "shared_counter", "abba"].map(example::exercise);
        Catalogue::of("/course", exercises)
    }

    #[test]
    fn a_near_miss_is_suggested_and_nonsense_is_not() {
        let catalogue = catalogue();
        for (typed, meant) in [("abbba", "abba"), ("04_aba", "abba"), ("counter", "shared_counter")] {
            assert_eq!(catalogue.nearest(typed), Some(meant), "{typed}");
        }
        for typed in ["", "zzz", "quux"] {
            assert_eq!(catalogue.nearest(typed), None, "{typed}");
        }
    }
}
