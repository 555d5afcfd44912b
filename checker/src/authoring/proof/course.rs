//! A course made of attempts: each answer takes the place of an exercise, in a folder of its own.
//!
//! The learner's files are not touched. The course lies below the build folder and shares it, so packages from
//! outside are built once for both. Files are written only where they changed, so that a second proof is quick.
//! Cargo tells packages of different courses in one build folder apart by their names and folders only, so no two
//! benches may use the same ones.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::authoring::proof::Attempt;
use crate::course::exercise::Exercise;
use crate::error::UserError;

/// Where attempts are laid out, with a manifest like that of the course at `root`.
pub struct Bench {
    root: PathBuf,
    dir: PathBuf,
    /// Held for as long as this lives.
    _lock: File,
}

impl Bench {
    /// The bench `name`, for this process alone: two that lay out different answers would mix them.
    pub fn new(root: &Path, name: &str) -> Result<Bench> {
        let dir = target(root).join(name);
        fs::create_dir_all(&dir).with_context(|| format!("{} cannot be made", dir.display()))?;
        let lock = dir.join("lock");
        let lock = File::create(&lock).with_context(|| format!("{} cannot be opened", lock.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Bench { root: root.to_owned(), dir, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                let what = format!("another `checker dev` is using {}", dir.display());
                Err(UserError::new(what, "wait until it has ended, and run this again").into())
            }
            Err(TryLockError::Error(error)) => Err(error).context("the folder of the proof cannot be locked"),
        }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Lays out the attempts at each exercise, and nothing else.
    pub fn lay_out(&self, plan: &[(&Exercise, &[Attempt])]) -> Result<()> {
        let mut members = Vec::new();
        for (exercise, attempts) in plan {
            for attempt in *attempts {
                members.push(self.lay_out_one(exercise, attempt)?);
            }
        }
        let manifest = read(&self.root.join("Cargo.toml"))?;
        self.write("Cargo.toml", &workspace_manifest(&manifest, &members, &self.root))?;
        self.write("Cargo.lock", &read(&self.root.join("Cargo.lock"))?)?;
        let target = format!("[build]\ntarget-dir = {:?}\n", target(&self.root));
        self.write(".cargo/config.toml", &target)
    }

    /// Returns the folder of the package.
    fn lay_out_one(&self, exercise: &Exercise, attempt: &Attempt) -> Result<String> {
        let dir = format!("exercises/{}/{}--{}", exercise.chapter, exercise.folder, attempt.name.replace('/', "-"));
        let manifest = read(&exercise.dir.join("Cargo.toml"))?;
        let manifest = attempt_manifest(&manifest, &exercise.name, &package_name(attempt)).ok_or_else(|| {
            let what = format!("{}/Cargo.toml does not begin with the package's name", exercise.dir.display());
            UserError::new(what, "begin it with `[package]` and `name = …`")
        })?;
        let folder = Path::new(&dir);
        self.write(folder.join("Cargo.toml"), &manifest)?;
        self.write(folder.join("src/lib.rs"), &attempt.source)?;
        for test in &exercise.tests {
            let name = test.file_name().context("a test is a file")?;
            self.write(folder.join("tests").join(name), &read(test)?)?;
        }
        Ok(dir)
    }

    fn write(&self, file: impl AsRef<Path>, text: &str) -> Result<()> {
        let file = self.dir.join(file);
        let write = || -> io::Result<()> {
            if fs::read(&file).is_ok_and(|old| old == text.as_bytes()) {
                return Ok(());
            }
            fs::create_dir_all(file.parent().unwrap_or(&self.root))?;
            fs::write(&file, text)
        };
        write().with_context(|| format!("{} cannot be written", file.display()))
    }
}

/// The package that an attempt becomes: `abba--rejected-sleep`.
pub fn package_name(attempt: &Attempt) -> String {
    format!("{}--{}", attempt.exercise, attempt.name.replace('/', "-"))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// The build folder of the course at `root`.
pub fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir))
}

/// The manifest of the course, with these members and paths that lead back to it.
fn workspace_manifest(manifest: &str, members: &[String], root: &Path) -> String {
    let mut lines = Vec::new();
    let mut in_list = false;
    for line in manifest.lines() {
        let is_list = ["members =", "default-members =", "exclude ="].iter().any(|key| line.starts_with(key));
        if is_list && line.starts_with("members") {
            lines.push(format!("members = {members:?}"));
        }
        if is_list || in_list {
            in_list = !line.trim_end().ends_with(']');
            continue;
        }
        let is_relative = !line.contains("path = \"/");
        let from = if is_relative { format!("path = \"{}/", root.display()) } else { "path = \"".to_owned() };
        lines.push(line.replace("path = \"", &from));
    }
    lines.join("\n") + "\n"
}

/// The manifest of an exercise under another package name. The library keeps its name, which the tests use.
fn attempt_manifest(manifest: &str, name: &str, package: &str) -> Option<String> {
    let own = format!("name = {name:?}");
    let at = manifest.find(&own).filter(|at| manifest[..*at].trim() == "[package]")?;
    let rest = &manifest[at + own.len()..];
    Some(format!("[package]\nname = {package:?}{rest}\n[lib]\nname = {:?}\n", name.replace('-', "_")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch: two proofs at once that lay out each other's answers.
    #[test]
    fn a_bench_is_for_one_at_a_time() {
        let root = tempfile::tempdir().unwrap();
        let first = Bench::new(root.path(), "bench-of-a-test").unwrap();
        assert!(Bench::new(root.path(), "other-bench-of-a-test").is_ok(), "another bench is free");
        let refused = Bench::new(root.path(), "bench-of-a-test").err().expect("it is in use");
        assert!(refused.to_string().contains("another `checker dev` is using"), "{refused}");
        drop(first);
        assert!(Bench::new(root.path(), "bench-of-a-test").is_ok(), "it is free again");
    }

    #[test]
    fn an_attempt_is_the_exercise_under_another_name() {
        let manifest = "[package]\nname = \"abba\"\nversion.workspace = true\n\n[dependencies]\nabba-x = \"1\"\n";
        assert_eq!(
            attempt_manifest(manifest, "abba", "abba--starter").as_deref(),
            Some(
                "[package]\nname = \"abba--starter\"\nversion.workspace = true\n\n[dependencies]\nabba-x = \"1\"\n\n\
                 [lib]\nname = \"abba\"\n"
            )
        );
        assert_eq!(attempt_manifest(manifest, "other", "other--starter"), None);
    }

    #[test]
    fn the_course_of_attempts_has_no_other_members_and_finds_the_drop_ins() {
        let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\n    \"checker\",\n]\nexclude = [\"x\"]\n\
                        default-members = [\"checker\"]\n\n[workspace.dependencies]\nstd = { path = \"checker/std\" }\n";
        assert_eq!(
            workspace_manifest(manifest, &["exercises/a/b".to_owned()], Path::new("/course")),
            "[workspace]\nresolver = \"3\"\nmembers = [\"exercises/a/b\"]\n\n[workspace.dependencies]\n\
             std = { path = \"/course/checker/std\" }\n"
        );
    }
}
