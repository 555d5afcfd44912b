//! A course made of attempts: each answer takes the place of an exercise, in a folder of its own.
//!
//! The learner's files are not touched. The course lies below the build folder and shares it, so packages from
//! outside are built once for both. Files are written only where they changed, so that a second proof is quick.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::exercise::Exercise;
use crate::proof::Attempt;
use crate::trouble::Trouble;

/// Where attempts are laid out, with a manifest like that of the course at `root`.
pub struct Bench {
    root: PathBuf,
    dir: PathBuf,
}

impl Bench {
    /// Makes the folder, without any attempt.
    pub fn new(root: &Path) -> Result<Bench> {
        let dir = root.join("target/proof");
        let bench = Bench { root: root.to_owned(), dir };
        let manifest = read(&root.join("Cargo.toml"))?;
        bench.write("Cargo.toml", &workspace_manifest(&manifest, root))?;
        bench.write("Cargo.lock", &read(&root.join("Cargo.lock"))?)?;
        let target = format!("[build]\ntarget-dir = {:?}\n", root.join("target"));
        bench.write(".cargo/config.toml", &target)?;
        Ok(bench)
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Lays out `attempts` at `exercise`, and nothing else for it. Returns the names of the packages, in order.
    pub fn lay_out(&self, exercise: &Exercise, attempts: &[Attempt]) -> Result<Vec<String>> {
        let chapter = Path::new("exercises").join(&exercise.chapter);
        let prefix = format!("{}--", exercise.folder);
        let folders: Vec<String> =
            attempts.iter().map(|attempt| format!("{prefix}{}", attempt.name.replace('/', "-"))).collect();
        self.remove_others(exercise, &chapter, &folders)?;
        let manifest = read(&exercise.dir.join("Cargo.toml"))?;
        let mut packages = Vec::new();
        for (attempt, folder) in attempts.iter().zip(&folders) {
            let package = package_name(attempt);
            let dir = chapter.join(folder);
            let manifest = attempt_manifest(&manifest, &exercise.name, &package).ok_or_else(|| {
                let what = format!("{}/Cargo.toml does not begin with the package's name", exercise.dir.display());
                Trouble::new(what, "begin it with `[package]` and `name = …`")
            })?;
            self.write(dir.join("Cargo.toml"), &manifest)?;
            self.write(dir.join("src/lib.rs"), &attempt.source)?;
            for test in &exercise.tests {
                let name = test.file_name().context("a test is a file")?;
                self.write(dir.join("tests").join(name), &read(test)?)?;
            }
            packages.push(package);
        }
        Ok(packages)
    }

    /// Removes what is left of attempts that no longer exist, also from when the exercise had another number.
    fn remove_others(&self, exercise: &Exercise, chapter: &Path, folders: &[String]) -> Result<()> {
        let Ok(entries) = fs::read_dir(self.dir.join(chapter)) else { return Ok(()) };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_number = |c: char| c.is_ascii_digit() || c == '_';
            let is_of_exercise =
                name.split_once("--").is_some_and(|(at, _)| at.trim_start_matches(is_number) == exercise.name);
            if is_of_exercise && !folders.contains(&name) {
                fs::remove_dir_all(entry.path()).with_context(|| entry.path().display().to_string())?;
            }
        }
        Ok(())
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

/// The manifest of the course, with attempts for members and paths that lead back to it.
fn workspace_manifest(manifest: &str, root: &Path) -> String {
    let mut lines = Vec::new();
    let mut in_list = false;
    for line in manifest.lines() {
        let is_list = ["members =", "default-members =", "exclude ="].iter().any(|key| line.starts_with(key));
        if is_list && line.starts_with("members") {
            lines.push("members = [\"exercises/*/*\"]".to_owned());
        }
        if is_list || in_list {
            in_list = !line.trim_end().ends_with(']');
            continue;
        }
        lines.push(line.replace("path = \"", &format!("path = \"{}/", root.display())));
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
            workspace_manifest(manifest, Path::new("/course")),
            "[workspace]\nresolver = \"3\"\nmembers = [\"exercises/*/*\"]\n\n[workspace.dependencies]\n\
             std = { path = \"/course/checker/std\" }\n"
        );
    }
}
