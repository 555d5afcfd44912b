//! A course in a git repository, and a learner's clone of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Course, Ran, run};

/// The course's repository and the learner's, side by side.
pub struct World {
    pub course: PathBuf,
    pub learner: PathBuf,
    dir: tempfile::TempDir,
}

/// Everything that an update may change: each file, and what git says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub files: BTreeMap<String, String>,
    pub status: String,
    pub head: String,
}

/// The folder of the exercises of the fixture course.
pub const CHAPTER: &str = "exercises/01_verdicts";

impl World {
    /// A course with one version, which the learner has cloned.
    pub fn new() -> World {
        let dir = tempfile::Builder::new().prefix("Wörld ").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let (course, learner) = (dir.path().join("course"), dir.path().join("learner"));
        fs::rename(&Course::new().root, &course).unwrap();
        let world = World { course, learner, dir };
        world.publish(".gitignore", "/target\n/.checker\n");
        world.publish(".gitattributes", "* text=auto eol=lf\n");
        world.publish("checker/tool.rs", "// version 1\n");
        for name in ["04_fails", "07_sleeps", "18_fills_the_memory"] {
            let starter = fs::read_to_string(world.course.join(CHAPTER).join(name).join("src/lib.rs")).unwrap();
            world.publish(&format!("solutions/01_verdicts/{name}/starter.rs"), &starter);
        }
        git(&world.course, &["init", "--quiet", "--initial-branch=main"]);
        world.commit("version 1");
        git(dir_of(&world.learner), &["clone", "--quiet", &world.url(), "learner"]);
        world
    }

    /// A copy of the learner's folder, beside the same course. Making it is faster than a new world.
    pub fn copy(&self) -> World {
        let dir = tempfile::Builder::new().prefix("Wörld ").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let learner = dir.path().join("learner");
        copy(&self.learner, &learner);
        World { course: self.course.clone(), learner, dir }
    }

    /// The address of the course's repository.
    pub fn url(&self) -> String {
        format!("file://{}", self.course.display())
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    fn publish(&self, file: &str, text: &str) {
        write(&self.course, file, text);
    }

    pub fn commit(&self, message: &str) {
        git(&self.course, &["add", "--all"]);
        git(&self.course, &["commit", "--quiet", "-m", message]);
    }

    /// Publishes a version in which everything that may happen to an exercise happens to one.
    pub fn release(&self) {
        self.publish(&format!("{CHAPTER}/01_passes/tests/passes.rs"), "// a better test\n");
        for file in [format!("{CHAPTER}/04_fails/src/lib.rs"), "solutions/01_verdicts/04_fails/starter.rs".to_owned()] {
            self.publish(&file, "// a better starter\n");
        }
        git(&self.course, &["rm", "-r", "--quiet", &format!("{CHAPTER}/07_sleeps")]);
        let (old, new) = (format!("{CHAPTER}/18_fills_the_memory"), format!("{CHAPTER}/30_fills_the_memory"));
        git(&self.course, &["mv", &old, &new]);
        self.publish(&format!("{CHAPTER}/24_brand_new/Cargo.toml"), "# new\n");
        self.publish(&format!("{CHAPTER}/24_brand_new/src/lib.rs"), "// new\n");
        self.publish(&format!("{CHAPTER}/README.md"), "# A better lesson\n");
        self.publish("checker/tool.rs", "// version 2\n");
        self.commit("version 2");
    }

    /// Replaces the history of the course by one in which no version has the learner's starters.
    pub fn rewrite(&self) {
        self.publish(&format!("{CHAPTER}/01_passes/src/lib.rs"), "// another starter\n");
        git(&self.course, &["commit", "--quiet", "--all", "--amend", "-m", "another version 1"]);
    }

    /// Publishes one more version.
    pub fn release_once_more(&self) {
        self.publish(&format!("{CHAPTER}/01_passes/tests/passes.rs"), "// the best test\n");
        self.publish("checker/tool.rs", "// version 3\n");
        self.commit("version 3");
    }

    pub fn checker(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_checker"));
        command.args(arguments).current_dir(&self.learner).stdin(Stdio::null());
        isolate(&mut command);
        command
    }

    pub fn update(&self, arguments: &[&str]) -> Ran {
        run(&mut self.checker(&[&["update"], arguments].concat()))
    }

    /// Edits a file of the learner's.
    pub fn edit(&self, file: &str, text: &str) {
        write(&self.learner, file, text);
    }

    /// Saves the exercise in `folder`.
    pub fn save(&self, folder: &str, text: &str) {
        self.edit(&format!("{CHAPTER}/{folder}/src/lib.rs"), text);
    }

    /// The source of the exercise in `folder`; empty if there is none.
    pub fn source(&self, folder: &str) -> String {
        self.read(&format!("{CHAPTER}/{folder}/src/lib.rs"))
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.learner.join(file)).unwrap_or_default()
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        git(&self.learner, arguments)
    }

    pub fn state(&self) -> State {
        let mut files = BTreeMap::new();
        collect(&self.learner, &self.learner, &mut files);
        State {
            files,
            status: self.git(&["status", "--porcelain", "--untracked-files=all"]),
            head: self.git(&["rev-parse", "HEAD"]),
        }
    }

    /// The contents of all files in the backups.
    pub fn backups(&self) -> Vec<String> {
        let mut files = BTreeMap::new();
        let root = self.learner.join(".checker/backup");
        if root.exists() {
            collect(&root, &root, &mut files);
        }
        files.into_values().collect()
    }
}

fn dir_of(path: &Path) -> &Path {
    path.parent().unwrap()
}

fn write(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    fs::create_dir_all(dir_of(&path)).unwrap();
    fs::write(path, text).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

/// Panics with the differences only, because the whole is long.
#[track_caller]
pub fn assert_same(found: &State, expected: &State, when: &str) {
    for (file, text) in &expected.files {
        assert_eq!(found.files.get(file), Some(text), "{file}, {when}");
    }
    for file in found.files.keys() {
        assert!(expected.files.contains_key(file), "{file} is too much, {when}");
    }
    assert_eq!((&found.status, &found.head), (&expected.status, &expected.head), "{when}");
}

fn collect(root: &Path, dir: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let inner = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        if [".git", ".checker"].contains(&inner.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            files.insert(inner, fs::read_to_string(&path).unwrap());
        }
    }
}

/// No settings of this machine, and no name of an author.
fn isolate(command: &mut Command) {
    let names = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("GIT_"));
    for name in names {
        command.env_remove(name);
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("TMPDIR", env!("CARGO_TARGET_TMPDIR")).env("COLUMNS", "100");
}

/// Runs git, and returns what it prints.
pub fn git(dir: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "protocol.file.allow=always"]);
    command.args(arguments).current_dir(dir).stdin(Stdio::null());
    isolate(&mut command);
    let ran = run(&mut command);
    assert_eq!(ran.code, Some(0), "git {arguments:?}: {}", ran.stderr);
    ran.stdout.trim_end().to_owned()
}
