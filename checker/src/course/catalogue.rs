//! The exercises, in order. Their manifests are the whole catalogue, and `cargo metadata` reads them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::course::exercise::{About, Exercise};
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
}

impl Catalogue {
    /// Finds the course that contains `from`, and reads it.
    pub fn find(from: &Path) -> Result<Catalogue> {
        let root = find_root(from)?;
        let exercises = parse(&metadata(&root)?, &root)?;
        if exercises.is_empty() {
            let what = format!("no package under {} has a `metadata.exercise` table", root.join("exercises").display());
            return Err(UserError::new(what, "restore the folder `exercises`, for instance with `git checkout`").into());
        }
        Ok(Catalogue { root, exercises })
    }

    /// The index of the exercise that `name` stands for.
    pub fn get(&self, name: &str) -> Result<usize> {
        if let Some(at) = self.exercises.iter().position(|exercise| exercise.is_called(name)) {
            return Ok(at);
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
        self.root.join("solutions").join(exercise.path())
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

fn metadata(root: &Path) -> Result<Vec<u8>> {
    let output = toolchain::cargo()
        .args(["metadata", "--no-deps", "--format-version=1"])
        .current_dir(root)
        .env("CARGO_TERM_COLOR", "never")
        // Otherwise rustup may print a backtrace, too.
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .output()
        .map_err(toolchain::cargo_failed)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let what = format!("cargo cannot read the exercises: {}", said.trim().trim_start_matches("error: "));
        let unknown = || UserError::new(what, "fix the manifest named there, or restore it with git").into();
        return Err(toolchain::missing(&said, root).map_or_else(unknown, Into::into));
    }
    Ok(output.stdout)
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    id: String,
    manifest_path: PathBuf,
    features: BTreeMap<String, Value>,
    targets: Vec<Target>,
    #[serde(default)]
    metadata: Value,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    src_path: PathBuf,
}

/// The exercises among the packages in `json`, the output of `cargo metadata`.
fn parse(json: &[u8], root: &Path) -> Result<Vec<Exercise>> {
    let metadata: Metadata = serde_json::from_slice(json).context("what `cargo metadata` printed is not understood")?;
    let mut exercises = Vec::new();
    for package in metadata.packages {
        let Some(table) = package.metadata.get("exercise") else { continue };
        let about = About::deserialize(table).map_err(|error| {
            UserError::new(
                format!("{}: [package.metadata.exercise]: {error}", package.manifest_path.display()),
                "correct the table",
            )
        })?;
        exercises.extend(exercise(package, about, root));
    }
    exercises.sort_by(|a, b| (&a.chapter, &a.folder).cmp(&(&b.chapter, &b.folder)));
    Ok(exercises)
}

/// `None` if the package is not in `exercises/CHAPTER/FOLDER`.
fn exercise(package: Package, about: About, root: &Path) -> Option<Exercise> {
    let dir = package.manifest_path.parent()?;
    let mut folders = dir.strip_prefix(root.join("exercises")).ok()?.iter();
    let (chapter, folder, None) = (folders.next()?.to_str()?, folders.next()?.to_str()?, folders.next()) else {
        return None;
    };
    let tests = package.targets.into_iter().filter(|target| target.kind.iter().any(|kind| kind == "test"));
    let mut tests: Vec<PathBuf> = tests.map(|target| target.src_path).collect();
    tests.sort();
    Some(Exercise {
        chapter: chapter.to_owned(),
        folder: folder.to_owned(),
        dir: dir.to_owned(),
        name: package.name,
        package_id: package.id,
        tests,
        explored: package.features.contains_key("explore"),
        about,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example;

    fn catalogue() -> Catalogue {
        let exercises = ["first_verdict", "shared_counter", "abba"].map(example::exercise);
        Catalogue { root: "/course".into(), exercises: exercises.into() }
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

    #[test]
    fn exercises_come_in_the_order_of_their_folders_and_only_from_their_folder() {
        let package = |name: &str, dir: &str, exercise: bool| {
            let table = r#"{"exercise":{"title":"T","grade":1,"starts":"deadlock","limit_ms":700}}"#;
            format!(
                r#"{{"name":"{name}","id":"id-{name}","manifest_path":"/course/{dir}/Cargo.toml","features":{{"explore":[]}},
                "targets":[{{"kind":["test"],"src_path":"/course/{dir}/tests/t.rs"}},{{"kind":["lib"],"src_path":"x"}}],
                "metadata":{}}}"#,
                if exercise { table } else { "null" }
            )
        };
        let packages = [
            package("b", "exercises/02_x/01_b", true),
            package("c", "exercises/01_x/02_c", true),
            package("a", "exercises/01_x/01_a", true),
            package("a-solution", "solutions/01_x/01_a", true),
            package("checker", "checker", false),
        ];
        let json = format!(r#"{{"packages":[{}]}}"#, packages.join(","));
        let exercises = parse(json.as_bytes(), Path::new("/course")).unwrap();
        let names: Vec<&str> = exercises.iter().map(|exercise| exercise.name.as_str()).collect();
        assert_eq!(names, ["a", "c", "b"]);
        assert_eq!(exercises[0].tests, [PathBuf::from("/course/exercises/01_x/01_a/tests/t.rs")]);
        assert_eq!(exercises[0].limit().as_millis(), 700);
        assert!(exercises[0].explored);
    }

    #[test]
    fn an_invalid_table_is_reported_with_its_manifest() {
        let json = br#"{"packages":[{"name":"a","id":"a","manifest_path":"/course/exercises/01/01_a/Cargo.toml",
            "features":{},"targets":[],"metadata":{"exercise":{"title":"T","grade":1,"starts":"deadlok"}}}]}"#;
        let error = parse(json, Path::new("/course")).unwrap_err().to_string();
        assert!(error.contains("01_a/Cargo.toml") && error.contains("deadlok"), "{error}");
    }
}
