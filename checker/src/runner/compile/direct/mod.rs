//! Compiles the one package that a save changes, without cargo, which takes longer to find out that it has little to do
//! than rustc takes to do it.
//!
//! Cargo compiles an exercise first, and [`recording`] writes down how it calls rustc. While nothing changes that these
//! calls depend on ([`ground`]), they are repeated with folders of their own ([`pass`]); otherwise cargo is asked again.
//! Clippy looks at the code beside the build instead of before it. Files are recognised by their content, not by their
//! modification times.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use self::bundle::Bundle;
use self::pass::{Ended, Pass, Purpose, executable};
use self::recording::Call;
use super::cargo_output::Listener;
use super::{Binary, Compiled, Options, in_order};
use crate::course::exercise::Exercise;
use crate::course::manifests;
use crate::course::originals::Originals;
use crate::system::process::{Priority, Stop};
use crate::system::toolchain;
use crate::verdict::{Diagnostic, Mode, Stage};

mod bundle;
mod ground;
mod pass;
pub mod recording;
pub mod tools;

/// The calls that compile an exercise in one mode, and the folder for what they make.
pub struct Direct<'a> {
    root: &'a Path,
    exercise: &'a Exercise,
    mode: Mode,
    options: Options,
    dir: PathBuf,
    /// The library's first. Those of the tests are unknown until the library has compiled once.
    calls: Vec<Call>,
    bundle: Option<Bundle>,
    /// Held while the folder is in use.
    _lock: File,
}

/// What clippy says of an exercise.
#[derive(Debug)]
pub enum Linted {
    Said(Vec<Diagnostic>),
    Stopped,
    /// Only cargo can say what is wrong.
    Unknown,
}

impl<'a> Direct<'a> {
    /// `None` if cargo has to compile, because the calls are not recorded or something else than the sources changed.
    pub fn ready(root: &'a Path, exercise: &'a Exercise, mode: Mode, options: Options) -> Option<Direct<'a>> {
        let dir = folder(root, exercise, mode).join(ground::of(root, exercise, mode, options)?);
        let calls = recorded(&dir, exercise)?;
        let artifacts = ground::artifacts(&calls)?;
        if fs::read_to_string(dir.join(ARTIFACTS)).ok()? != artifacts {
            return None;
        }
        let lock = File::options().create(true).append(true).open(dir.join("lock")).ok()?;
        lock.try_lock().ok()?;
        let bundle = Bundle::find(&bundles(root), &calls);
        Some(Direct { root, exercise, mode, options, dir, calls, bundle, _lock: lock })
    }

    fn pass<'b>(&'b self, purpose: Purpose, priority: Priority, stop: &'b Stop) -> Pass<'b> {
        let bundle = self.bundle.as_ref().filter(|_| purpose == Purpose::Build);
        let name = match purpose {
            Purpose::Lint => "lint",
            // What is linked without the bundle is kept apart: it does not need the bundle to be there.
            Purpose::Build if bundle.is_none() => "build",
            Purpose::Build => "bundled",
        };
        // The course's tests have no lints; a learner's may have some that are errors.
        let crates =
            if purpose == Purpose::Lint && self.has_original_tests() { 1 } else { 1 + self.exercise.tests.len() };
        let calls = &self.calls[..self.calls.len().min(crates)];
        Pass {
            root: self.root,
            exercise: self.exercise,
            calls,
            is_whole: calls.len() == crates,
            purpose,
            colour: self.options.colour,
            bundle,
            dir: self.dir.join(name),
            priority,
            stop,
        }
    }

    /// Compiles ahead of time, at the lowest priority, so that the next compilation finds most of its work done.
    pub fn prepare(&self, stop: &Stop) -> Result<()> {
        let purposes = if self.mode == Mode::Real && self.options.toolchain.clippy {
            &[Purpose::Build, Purpose::Lint][..]
        } else {
            &[Purpose::Build]
        };
        for purpose in purposes {
            let mut listener = Listener::new(self.exercise, self.mode, &|_| {});
            self.pass(*purpose, Priority::Lowest, stop).run(&mut listener)?;
        }
        Ok(())
    }

    fn has_original_tests(&self) -> bool {
        Originals::read(&self.exercise.solution(self.root))
            .is_some_and(|originals| originals.has_tests_of(self.exercise))
    }

    /// Compiles the tests. `None` if only cargo can say what is wrong.
    pub fn build(&self, stop: &Stop, report: &dyn Fn(Stage)) -> Result<Option<Compiled>> {
        report(Stage::Compiling(self.mode, self.exercise.name.clone()));
        let mut listener = Listener::new(self.exercise, self.mode, report);
        let pass = self.pass(Purpose::Build, Priority::Normal, stop);
        let ended = pass.run(&mut listener)?;
        let diagnostics = in_order(listener.diagnostics);
        Ok(match ended {
            Ended::Stopped => Some(Compiled::Stopped),
            _ if listener.foreign.is_some() => None,
            Ended::Succeeded if !pass.is_whole => None,
            Ended::Failed => has_error(&diagnostics).then_some(Compiled::Failed { diagnostics }),
            Ended::Succeeded => {
                let binaries = self.calls.iter().skip(1).map(|call| {
                    let path = executable(&pass.made(call)?);
                    Some(Binary { path, source: self.root.join(call.source()?), prefix: String::new() })
                });
                binaries.collect::<Option<Vec<_>>>().map(|binaries| Compiled::Built { binaries, diagnostics })
            }
        })
    }

    /// Asks clippy, without making anything.
    pub fn lint(&self, stop: &Stop) -> Result<Linted> {
        let mut listener = Listener::new(self.exercise, self.mode, &|_| {});
        let ended = self.pass(Purpose::Lint, Priority::Normal, stop).run(&mut listener)?;
        let diagnostics = in_order(listener.diagnostics);
        Ok(match ended {
            Ended::Stopped => Linted::Stopped,
            _ if listener.foreign.is_some() || (ended == Ended::Failed && !has_error(&diagnostics)) => Linted::Unknown,
            _ => Linted::Said(diagnostics),
        })
    }
}

fn has_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}

/// The file with the hash of the artifacts that the calls use.
const ARTIFACTS: &str = "artifacts";

/// Records the calls of one run of cargo.
pub struct Recorder<'a> {
    root: &'a Path,
    exercise: &'a Exercise,
    mode: Mode,
    options: Options,
    ground: String,
}

impl<'a> Recorder<'a> {
    /// `None` if the calls could not be repeated anyway.
    pub fn new(root: &'a Path, exercise: &'a Exercise, mode: Mode, options: Options) -> Option<Recorder<'a>> {
        let ground = ground::of(root, exercise, mode, options)?;
        Some(Recorder { root, exercise, mode, options, ground })
    }

    fn dir(&self) -> PathBuf {
        folder(self.root, self.exercise, self.mode).join(&self.ground)
    }

    /// Lets `run` run `cargo`, which records its calls.
    pub fn record<T>(self, mut cargo: Command, run: impl FnOnce(Command) -> T, priority: Priority, stop: &Stop) -> T {
        self.apply(&mut cargo);
        let result = run(cargo);
        if let Some(calls) = self.finish() {
            let _ = Bundle::make(&bundles(self.root), self.root, &calls, priority, stop);
        }
        result
    }

    fn apply(&self, cargo: &mut Command) {
        // The program that runs may have been replaced on disk.
        let Some(own) = std::env::current_exe().ok().filter(|own| own.exists()) else { return };
        if fs::create_dir_all(self.dir()).is_ok() {
            cargo.env("RUSTC_WRAPPER", own).env(recording::FOLDER, self.dir());
        }
    }

    /// Declares the calls valid if nothing changed while cargo ran, and returns them. Failing to do so costs only time.
    fn finish(&self) -> Option<Vec<Call>> {
        let is_same = ground::of(self.root, self.exercise, self.mode, self.options).as_ref() == Some(&self.ground);
        let calls = recorded(&self.dir(), self.exercise).filter(|_| is_same)?;
        let _ = fs::write(self.dir().join(ARTIFACTS), ground::artifacts(&calls)?);
        self.remove_others();
        Some(calls)
    }

    /// Removes what was made under other circumstances, unless it is in use.
    fn remove_others(&self) {
        let folders = fs::read_dir(folder(self.root, self.exercise, self.mode)).into_iter().flatten().flatten();
        for other in folders.filter(|other| *other.file_name() != *self.ground) {
            let lock = File::options().create(true).append(true).open(other.path().join("lock"));
            if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
                let _ = fs::remove_dir_all(other.path());
            }
        }
    }
}

/// The folder for everything about an exercise in one mode.
fn folder(root: &Path, exercise: &Exercise, mode: Mode) -> PathBuf {
    let mode = if mode == Mode::Explore { "explore" } else { "real" };
    toolchain::build_folder(root).join("checker").join(format!("{}-{mode}", exercise.name))
}

/// The folder of the bundles, which exercises share.
fn bundles(root: &Path) -> PathBuf {
    toolchain::build_folder(root).join("checker").join("bundles")
}

/// The recorded calls of the library and of each test, or of the library alone as long as it has never compiled. `None`
/// if the library's is missing, or if the tests on disk are not those that the catalogue has read.
fn recorded(dir: &Path, exercise: &Exercise) -> Option<Vec<Call>> {
    if manifests::test_roots(&exercise.dir) != exercise.tests {
        return None;
    }
    let library = Call::read(dir, Path::new("src/lib.rs"))?;
    let tests = exercise.tests.iter().map(|test| Call::read(dir, test.strip_prefix(&exercise.dir).ok()?));
    let tests: Option<Vec<Call>> = tests.collect();
    Some([library].into_iter().chain(tests.unwrap_or_default()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example;

    /// Would catch: a watch that does not run a test that was added since it read the catalogue.
    #[test]
    fn a_test_file_that_came_or_went_is_left_to_cargo() {
        let dir = tempfile::tempdir().unwrap();
        let mut exercise = example::exercise("abba");
        exercise.dir = dir.path().to_owned();
        exercise.tests = vec![dir.path().join("tests/abba.rs")];
        fs::create_dir(dir.path().join("tests")).unwrap();
        let call = r#"{"rustc":"rustc","arguments":[],"environment":{}}"#;
        for file in ["tests/abba.rs", "tests/help.txt"] {
            fs::write(dir.path().join(file), "").unwrap();
        }
        for record in ["src-lib.rs.json", "tests-abba.rs.json"] {
            fs::write(dir.path().join(record), call).unwrap();
        }
        assert_eq!(recorded(dir.path(), &exercise).map(|calls| calls.len()), Some(2));
        fs::remove_file(dir.path().join("tests-abba.rs.json")).unwrap();
        assert_eq!(recorded(dir.path(), &exercise).map(|calls| calls.len()), Some(1), "the library alone");
        fs::write(dir.path().join("tests/more.rs"), "").unwrap();
        assert_eq!(recorded(dir.path(), &exercise), None, "one came");
        fs::remove_file(dir.path().join("tests/more.rs")).unwrap();
        fs::remove_file(dir.path().join("tests/abba.rs")).unwrap();
        assert_eq!(recorded(dir.path(), &exercise), None, "one went");
    }
}
