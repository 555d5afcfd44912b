//! A course whose exercises are attempts: answers to exercises, each in a folder of its own, as packages.
//!
//! The learner's files are not touched. The course is inside the build folder and shares it, so external packages are
//! built once for both. Files are written only if they changed, so that a second proof is fast. In a shared build
//! folder, cargo distinguishes packages of different courses only by name and folder, so no two benches may use the
//! same ones.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use toml_edit::{Array, DocumentMut, Item, value};

use crate::authoring::proof::{Attempt, gathered};
use crate::course::exercise::Exercise;
use crate::error::{COMMAND, UserError};
use crate::system::toolchain;

/// A folder in which attempts are laid out, with a manifest like that of the course at `root`.
pub struct Bench {
    name: String,
    root: PathBuf,
    dir: PathBuf,
    /// Held until this value is dropped.
    _lock: File,
}

impl Bench {
    /// The bench `name`, locked for this process: two processes with different answers would mix them up.
    pub fn new(root: &Path, name: &str) -> Result<Bench> {
        let dir = toolchain::target_dir(root).join(name);
        fs::create_dir_all(&dir).with_context(|| format!("{} cannot be made", dir.display()))?;
        let lock = dir.join("lock");
        let lock = File::create(&lock).with_context(|| format!("{} cannot be opened", lock.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Bench { name: name.to_owned(), root: root.to_owned(), dir, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                let what = format!("another `{COMMAND} dev` is using {}", dir.display());
                Err(UserError::new(what, "wait until it has ended, and run this again").into())
            }
            Err(TryLockError::Error(error)) => Err(error).context("the folder of the proof cannot be locked"),
        }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Lays out exactly the attempts of `plan`. Those that `place` puts together share a package.
    pub fn lay_out(&self, plan: &[(&Exercise, &[Attempt])], place: &dyn Fn(&Attempt) -> Place) -> Result<Vec<LaidOut>> {
        let mut all = Vec::new();
        for (exercise, attempts) in plan {
            let original = Original::read(exercise)?;
            let (apart, together): (Vec<&Attempt>, Vec<&Attempt>) =
                attempts.iter().partition(|attempt| place(attempt) == Place::Apart);
            for attempt in apart {
                all.push(self.lay_out_apart(&original, attempt)?);
            }
            if !together.is_empty() {
                all.extend(self.lay_out_together(&original, &together)?);
            }
        }
        let members: BTreeSet<String> = all.iter().map(|laid| laid.folder().display().to_string()).collect();
        let manifest = read(&self.root.join("Cargo.toml"))?;
        self.write("Cargo.toml", &workspace_manifest(&manifest, &members, &self.root)?)?;
        self.write("Cargo.lock", &read(&self.root.join("Cargo.lock"))?)?;
        let target = format!("[build]\ntarget-dir = {:?}\n", toolchain::target_dir(&self.root));
        self.write(".cargo/config.toml", &target)?;
        Ok(all)
    }

    fn lay_out_apart(&self, original: &Original<'_>, attempt: &Attempt) -> Result<LaidOut> {
        let package = attempt_name(attempt);
        let dir = original.folder(&attempt.name.replace('/', "-"));
        let manifest = original.manifest(&package, &gathered::library(&original.exercise.name))?;
        self.write(dir.join("Cargo.toml"), &manifest)?;
        self.write(dir.join("src/lib.rs"), &attempt.source)?;
        for (name, text) in &original.tests {
            self.write(dir.join("tests").join(name), text)?;
        }
        Ok(LaidOut { attempt: package.clone(), package, dir, module: None })
    }

    fn lay_out_together(&self, original: &Original<'_>, attempts: &[&Attempt]) -> Result<Vec<LaidOut>> {
        // Benches share a build folder, so the packages of two benches must not have the same name.
        let package = format!("{}--{}", original.exercise.name, self.name);
        let folder = original.folder(&self.name);
        let files: Vec<&str> = original.tests.iter().map(|(name, _)| name.as_str()).collect();
        self.write(folder.join("Cargo.toml"), &original.manifest(&package, &gathered::targets(&files))?)?;
        for file in files {
            let modules = attempts.iter().map(|attempt| gathered::module(&attempt.name));
            self.write(folder.join(file), &gathered::root(modules, file))?;
        }
        let lay_out = |attempt: &&Attempt| {
            let module = gathered::module(&attempt.name);
            let dir = folder.join(&module);
            self.write(dir.join("src/lib.rs"), &attempt.source)?;
            for (name, text) in &original.tests {
                let text = gathered::with_module(text, &original.exercise.name, &module);
                self.write(dir.join("tests").join(name), &text)?;
            }
            Ok(LaidOut { attempt: attempt_name(attempt), package: package.clone(), dir, module: Some(module) })
        };
        attempts.iter().map(lay_out).collect()
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

/// How an attempt is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// As a package of its own, like a learner's answer.
    Apart,
    /// As a module beside the other answers to the same exercise, which is three times as fast.
    Together,
}

/// An attempt that was laid out.
#[derive(Clone, Debug)]
pub struct LaidOut {
    /// Unique on the bench; see [`attempt_name`].
    pub attempt: String,
    pub package: String,
    /// The folder of its `src/lib.rs` and its tests, relative to the bench.
    pub dir: PathBuf,
    /// Its module, if its package contains several attempts.
    pub module: Option<String>,
}

impl LaidOut {
    /// The folder of its package.
    fn folder(&self) -> &Path {
        let above = self.module.is_some().then(|| self.dir.parent()).flatten();
        above.unwrap_or(&self.dir)
    }
}

/// The parts of an exercise that all attempts at it share.
struct Original<'a> {
    exercise: &'a Exercise,
    manifest: String,
    /// The names and texts of its test files.
    tests: Vec<(String, String)>,
}

impl Original<'_> {
    fn read(exercise: &Exercise) -> Result<Original<'_>> {
        let test = |file: &PathBuf| {
            let name = file.file_name().and_then(|name| name.to_str()).context("a test is a file with a name")?;
            Ok((name.to_owned(), read(file)?))
        };
        let tests = exercise.tests.iter().map(test).collect::<Result<_>>()?;
        Ok(Original { exercise, manifest: read(&exercise.dir.join("Cargo.toml"))?, tests })
    }

    /// The folder for `what` on the bench.
    fn folder(&self, what: &str) -> PathBuf {
        let Exercise { chapter, folder, .. } = self.exercise;
        Path::new("exercises").join(chapter).join(format!("{folder}--{what}"))
    }

    fn manifest(&self, package: &str, targets: &str) -> Result<String> {
        let file = || format!("{}/Cargo.toml", self.exercise.dir.display());
        attempt_manifest(&self.manifest, package, targets).with_context(file)
    }
}

/// The unique name of an attempt, and of its package if it has its own: `abba--rejected-sleep`.
pub fn attempt_name(attempt: &Attempt) -> String {
    format!("{}--{}", attempt.exercise, attempt.name.replace('/', "-"))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// The manifest of the course with these members, and with paths that lead back to the course.
fn workspace_manifest(manifest: &str, members: &BTreeSet<String>, root: &Path) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse().context("the manifest of the course is not understood")?;
    let workspace = manifest["workspace"].as_table_mut().context("the manifest of the course has no workspace")?;
    workspace["members"] = value(members.iter().collect::<Array>());
    workspace.remove("default-members");
    workspace.remove("exclude");
    let dependencies = workspace.get_mut("dependencies").and_then(Item::as_table_like_mut);
    for (_, dependency) in dependencies.into_iter().flat_map(|table| table.iter_mut()) {
        if let Some(path) = dependency.get_mut("path")
            && let Some(relative) = path.as_str()
        {
            // An absolute one stays what it is.
            *path = value(root.join(relative).display().to_string());
        }
    }
    Ok(manifest.to_string())
}

/// The manifest of an exercise with another package name and with these targets.
fn attempt_manifest(manifest: &str, package: &str, targets: &str) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse()?;
    let name = manifest.get_mut("package").and_then(|table| table.get_mut("name"));
    *name.context("it has no `package.name`")? = value(package);
    Ok(format!("{manifest}\n{targets}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch: concurrent proofs that overwrite each other's answers.
    #[test]
    fn a_bench_is_locked_for_one_process() {
        let root = tempfile::tempdir().unwrap();
        let first = Bench::new(root.path(), "bench-of-a-test").unwrap();
        assert!(Bench::new(root.path(), "other-bench-of-a-test").is_ok(), "another bench is free");
        let refused = Bench::new(root.path(), "bench-of-a-test").err().expect("it is in use");
        assert!(refused.to_string().contains("another `cargo checker dev` is using"), "{refused}");
        drop(first);
        assert!(Bench::new(root.path(), "bench-of-a-test").is_ok(), "it is free again");
    }

    #[test]
    fn an_attempt_is_the_exercise_under_another_name() {
        let manifest =
            "[package]\nname = \"abba\" # a comment\nversion.workspace = true\n\n[dependencies]\nabba = \"1\"\n";
        assert_eq!(
            attempt_manifest(manifest, "abba--starter", &gathered::library("abba")).unwrap(),
            "[package]\nname = \"abba--starter\"\nversion.workspace = true\n\n[dependencies]\nabba = \"1\"\n\n\
             [lib]\nname = \"abba\"\n"
        );
        assert!(attempt_manifest("[dependencies]\n", "other--starter", "").is_err());
    }

    #[test]
    fn the_laid_out_course_has_only_attempts_as_members_and_finds_the_drop_ins() {
        let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\n    \"checker\",\n]\nexclude = [\"x\"]\n\
                        default-members = [\"checker\"]\n\n[workspace.dependencies]\nstd = { path = \"checker/std\" }\n\
                        x = \"1\"\ny = { path = \"/y\" }\n";
        assert_eq!(
            workspace_manifest(manifest, &BTreeSet::from(["exercises/a/b".to_owned()]), Path::new("/course")).unwrap(),
            "[workspace]\nresolver = \"3\"\nmembers = [\"exercises/a/b\"]\n\n[workspace.dependencies]\n\
             std = { path = \"/course/checker/std\" }\nx = \"1\"\ny = { path = \"/y\" }\n"
        );
    }
}
