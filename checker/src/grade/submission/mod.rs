//! Other people's files: which of them are taken, and how they are examined so that they can do no harm, neither to this
//! machine nor to what others get.

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};

use crate::course::catalogue::Catalogue;
use crate::course::exercise::Exercise;
use crate::course::originals;
use crate::error::UserError;
use crate::grade::examiner::{Examiner, Sandbox, Submission};
use crate::runner::check::{self, Check};
use crate::runner::compile::{self, Compiled};
use crate::runner::containment::{Code, Containment};
use crate::runner::suite::scratch;
use crate::system::process::Stop;
use crate::system::sandbox::{self, Strength};
use crate::system::toolchain::{self, Toolchain};
use crate::verdict::{Mode, Verdict};

use self::jails::Tools;
use self::layers::Folder;
use self::workspace::{STUB, Workspace};

mod jails;
mod layers;
mod reading;
mod taming;
mod workspace;

/// Whether the code of a submission is contained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Sandboxing {
    /// Without a sandbox, nothing is graded
    #[default]
    Require,
    /// As much as this machine offers
    Try,
    /// The code may do whatever you may do
    Off,
}

/// How many processes may examine submissions of a course at the same time. Each has a folder of its own.
const SLOTS: usize = 16;

/// Examines the texts of submissions, each in jails and in a build folder of its own.
pub struct SubmissionExaminer<'a> {
    workspace: Workspace,
    /// Where everything of this process is.
    slot: PathBuf,
    sandboxing: Sandboxing,
    strength: Strength,
    tools: Tools,
    toolchain: Toolchain,
    stop: &'a Stop,
    /// A hash of everything that the shared packages are made of.
    key: String,
    /// Held while an exercise is examined, because its file is in the one copy of the course.
    turns: Mutex<HashMap<String, Arc<Mutex<()>>>>,
    /// Held until this value is dropped.
    _lock: File,
}

impl<'a> SubmissionExaminer<'a> {
    /// Lays out a clean copy of the course at `root`. An error if there is to be a sandbox and this machine has none.
    pub fn open(root: &Path, sandboxing: Sandboxing, toolchain: Toolchain, stop: &'a Stop) -> Result<Self> {
        let strength = if sandboxing == Sandboxing::Off { Strength::default() } else { sandbox::probe() };
        if sandboxing == Sandboxing::Require && !strength.protects_files {
            let what = format!("this machine cannot contain other people's code: {}", strength.missing.join("; "));
            let help = "grade on Linux 5.13 or newer, or type `--sandbox=off` inside a container or a virtual machine \
                        that you can throw away";
            return Err(UserError::new(what, help).into());
        }
        let (slot, lock) = free_slot(&toolchain::build_folder(root).join("grade"))?;
        let _ = fs::remove_dir_all(slot.join("run"));
        let workspace = Workspace::lay_out(root, &slot, stop)?;
        let tools = Tools::find(workspace.root())?;
        let (rustc, is_contained) = (toolchain::version(), is_contained(sandboxing, &strength));
        let key = originals::hash(format!("{} {rustc:?} {toolchain:?} {is_contained}", workspace.version).as_bytes());
        let turns = Mutex::default();
        Ok(Self { workspace, slot, sandboxing, strength, tools, toolchain, stop, key, turns, _lock: lock })
    }

    /// The files in `dir` that are taken, and what is found beside them.
    pub fn read(&self, dir: &Path) -> Result<Submission> {
        reading::read(dir, &self.workspace.catalogue)
    }

    fn is_contained(&self) -> bool {
        is_contained(self.sandboxing, &self.strength)
    }

    fn shared(&self) -> PathBuf {
        self.slot.join("shared")
    }

    fn folder(&self) -> Result<Folder> {
        let name = scratch::nonce().context("no random number could be had")?;
        Folder::new(&self.slot.join("run"), &name).context("no folder to examine in could be made")
    }

    fn options(&self) -> compile::Options {
        compile::Options { toolchain: self.toolchain, colour: false }
    }

    /// What contains an examination of `exercise` in `folder`.
    fn containment(&self, exercise: &Exercise, folder: &Folder, code: Code) -> Containment {
        let jails = || self.tools.jails(exercise, folder, &self.shared());
        let jails = self.is_contained().then(jails);
        Containment { target: folder.target(), code, jails }
    }

    /// Builds everything that `exercise` needs, and then tries whether the compiler works within the jail; once for each
    /// version of the course and of the compiler. Returns whether it was not stopped.
    fn prepare(&self, exercise: &Exercise) -> Result<bool> {
        let stamp = self.stamp(exercise);
        if fs::read_to_string(&stamp).is_ok_and(|made| made == self.key) {
            return Ok(true);
        }
        fs::create_dir_all(self.shared())?;
        for mode in modes(exercise) {
            let folder = self.folder()?;
            let jails = || self.tools.of_the_course(&folder, &self.shared());
            let jails = self.is_contained().then(jails);
            let whole = Containment { target: self.shared(), code: Code::Course, jails };
            if !self.build(exercise, mode, &whole)? {
                return Ok(false);
            }
        }
        let tried = self.rehearse(exercise);
        if !tried.context("the sandbox keeps the compiler from its work, so nothing can be graded")? {
            return Ok(false);
        }
        fs::create_dir_all(self.slot.join("ready"))?;
        fs::write(stamp, &self.key)?;
        Ok(true)
    }

    /// The file that says for which version `exercise` is prepared.
    fn stamp(&self, exercise: &Exercise) -> PathBuf {
        self.slot.join("ready").join(&exercise.name)
    }

    /// Builds the empty answer as a submission is built. An error is none of a submission's.
    fn rehearse(&self, exercise: &Exercise) -> Result<bool> {
        let folder = self.folder()?;
        layers::lay(&self.shared(), &folder.target(), exercise)?;
        let contained = self.containment(exercise, &folder, Code::Course);
        for mode in modes(exercise) {
            if !self.build(exercise, mode, &contained)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Builds the empty answer, which is a compile error in the tests, after everything that they need. Returns whether
    /// it was not stopped.
    fn build(&self, exercise: &Exercise, mode: Mode, contained: &Containment) -> Result<bool> {
        let (root, options) = (self.workspace.root(), self.options());
        let compiled = compile::compile(root, exercise, mode, options, Some(contained), self.stop, &|_| {})?;
        Ok(!matches!(compiled, Compiled::Stopped))
    }

    /// The verdict on `text`, if everything is prepared.
    fn examine_once(&self, exercise: &Exercise, text: &str) -> Result<Option<Verdict>> {
        let folder = self.folder()?;
        layers::lay(&self.shared(), &folder.target(), exercise).context("the build folder cannot be laid out")?;
        let contained = self.containment(exercise, &folder, Code::Stranger);
        let _answer = Answer::put(exercise.source(), text)?;
        let mut verdict = check::check(&Check {
            root: self.workspace.root(),
            exercise,
            compile: self.options(),
            compiled: None,
            contained: Some(&contained),
            seed: None,
            stop: self.stop,
            report: &|_| {},
        })?;
        verdict.iter_mut().for_each(taming::tame);
        Ok(verdict)
    }

    fn turn(&self, exercise: &Exercise) -> Arc<Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(exercise.name.clone()).or_default())
    }
}

impl Examiner for SubmissionExaminer<'_> {
    fn examine(&self, exercise: &Exercise, text: &str) -> Result<Option<Verdict>> {
        let exercise = self.workspace.find(exercise)?;
        let turn = self.turn(exercise);
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.prepare(exercise)? {
            return Ok(None);
        }
        let verdict = self.examine_once(exercise, text)?;
        // The compiler gave up. If it gives up on an empty answer as well, something has changed on this machine.
        if verdict.as_ref().is_some_and(has_error_without_place) && self.rehearse(exercise).is_err() {
            let _ = fs::remove_file(self.stamp(exercise));
            return if self.prepare(exercise)? { self.examine_once(exercise, text) } else { Ok(None) };
        }
        Ok(verdict)
    }

    fn course(&self) -> &Catalogue {
        &self.workspace.catalogue
    }

    fn sandbox(&self) -> Sandbox {
        let Strength { held, mut missing, .. } = self.strength.clone();
        if self.sandboxing == Sandboxing::Off {
            missing.push("no sandbox, as `--sandbox=off` asks for".to_owned());
        }
        Sandbox { held, missing }
    }
}

/// Whether there are jails at all. What a system can hold without Landlock is better than nothing.
fn is_contained(sandboxing: Sandboxing, strength: &Strength) -> bool {
    sandboxing != Sandboxing::Off && !strength.held.is_empty()
}

fn modes(exercise: &Exercise) -> impl Iterator<Item = Mode> {
    [Mode::Real, Mode::Explore].into_iter().filter(|mode| *mode == Mode::Real || exercise.explored)
}

fn has_error_without_place(verdict: &Verdict) -> bool {
    verdict.diagnostics.iter().any(|found| found.is_error() && found.place.is_none())
}

/// An answer in the copy of the course, for as long as this value lives.
struct Answer(PathBuf);

impl Answer {
    fn put(file: PathBuf, text: &str) -> Result<Answer> {
        fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
        Ok(Answer(file))
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let _ = fs::write(&self.0, STUB);
    }
}

/// The first folder in `dir` that no other process uses, and its lock.
fn free_slot(dir: &Path) -> Result<(PathBuf, File)> {
    for slot in (0..SLOTS).map(|slot| dir.join(format!("slot-{slot}"))) {
        fs::create_dir_all(&slot).with_context(|| format!("{} cannot be made", slot.display()))?;
        let lock = slot.join("lock");
        let file = File::create(&lock).with_context(|| format!("{} cannot be opened", lock.display()))?;
        match file.try_lock() {
            Ok(()) => return Ok((slot, file)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error).context("the folder for grading cannot be locked"),
        }
    }
    let what = format!("{SLOTS} other processes are grading in {}", dir.display());
    Err(UserError::new(what, "wait until one of them has ended").into())
}
