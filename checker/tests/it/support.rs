//! A copy of the fixture course, in which the checker runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The number of exercises in the fixture course.
pub const EXERCISES: usize = 23;

/// A copy of the fixture course.
pub struct Course {
    pub root: PathBuf,
    /// Removes the copy when it is dropped.
    _dir: Option<tempfile::TempDir>,
    /// Keeps other tests out of the shared copy.
    _turn: Option<MutexGuard<'static, ()>>,
}

/// The result of a run of the checker.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub elapsed: Duration,
}

impl Course {
    /// A fresh copy, for a test that builds nothing.
    pub fn new() -> Course {
        let dir = tempfile::Builder::new().prefix("course-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        copy(&fixture(), dir.path());
        Course { root: dir.path().to_owned(), _dir: Some(dir), _turn: None }
    }

    /// The shared copy in which exercises are built, used by one test at a time, so that dependencies are built only
    /// once.
    pub fn to_build() -> Course {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("course");
        copy(&fixture(), &root);
        let state = root.join(".checker");
        let _ = fs::remove_dir_all(&state).or_else(|_| fs::remove_file(&state));
        Course { root, _dir: None, _turn: Some(turn) }
    }

    /// A command that runs the checker in the root of the course.
    pub fn checker(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_checker"));
        command.args(arguments).current_dir(&self.root).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            let unwanted =
                ["CARGO_TERM", "CLICOLOR", "NO_COLOR", "INTERLEAVE", "CARGO_PKG", "CARGO_ENCODED", "RUSTFLAGS"];
            if unwanted.iter().any(|unwanted| name.starts_with(unwanted)) {
                command.env_remove(&*name);
            }
        }
        command
            .env("TMPDIR", env!("CARGO_TARGET_TMPDIR"))
            .env("COLUMNS", "100")
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("course-target"));
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        run(&mut self.checker(arguments))
    }

    pub fn source(&self, folder: &str) -> PathBuf {
        self.root.join("exercises/01_verdicts").join(folder).join("src/lib.rs")
    }

    pub fn progress_file(&self) -> PathBuf {
        self.root.join(".checker/progress.json")
    }

    pub fn write_progress(&self, text: &str) {
        fs::create_dir_all(self.root.join(".checker")).unwrap();
        fs::write(self.progress_file(), text).unwrap();
    }

    pub fn progress(&self) -> Value {
        serde_json::from_slice(&fs::read(self.progress_file()).unwrap()).unwrap()
    }
}

pub fn run(command: &mut Command) -> Ran {
    let started = Instant::now();
    let Output { status, stdout, stderr } = command.output().unwrap();
    Ran {
        code: status.code(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
        elapsed: started.elapsed(),
    }
}

impl Ran {
    /// Panics with the whole output unless the exit code is `code`.
    #[track_caller]
    pub fn expect(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}:\n{}", self.stdout))
    }
}

/// Whether a process whose command line contains `words` is alive.
#[cfg(target_os = "linux")]
pub fn is_running(words: &str) -> bool {
    let processes = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).any(|line| line.contains(words))
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course")
}

/// Copies only files that differ, so that cargo sees no other changes, and removes files that are not in `from`.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let names = |dir: &Path| fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    let wanted = names(from);
    for name in names(to).iter().filter(|name| !wanted.contains(name) && *name != "Cargo.lock") {
        let path = to.join(name);
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }
    for name in wanted {
        let (from, to) = (from.join(&name), to.join(&name));
        if to.is_dir() && !from.is_dir() {
            fs::remove_dir_all(&to).unwrap();
        }
        if from.is_dir() {
            copy(&from, &to);
            continue;
        }
        let mut text = fs::read_to_string(&from).unwrap();
        if name == "Cargo.toml" {
            text = text.replace("../../interleave", concat!(env!("CARGO_MANIFEST_DIR"), "/interleave"));
        }
        if fs::read(&to).ok().as_deref() != Some(text.as_bytes()) {
            fs::write(&to, text).unwrap();
        }
    }
    // The dependency versions of the whole repository.
    if to.join("Cargo.toml").exists() && from.join("exercises").exists() && !to.join("Cargo.lock").exists() {
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock"), to.join("Cargo.lock")).unwrap();
    }
}
