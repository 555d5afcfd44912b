//! Checks one exercise: compiles it, runs and explores its tests, and decides on the verdict.
//!
//! While the real tests run, explore mode is compiled and then runs beside them. An explored failure is the same in
//! every run, so it decides. Whether real threads hit the bug is a matter of luck, so the real twin of a failed
//! explored test is stopped.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::Result;

use crate::course::exercise::Exercise;
use crate::course::version::{Sighting, Version};
use crate::error::{COMMAND, UserError};
use crate::runner::compile::direct::{Direct, Linted};
use crate::runner::compile::{self, Binary, Compiled};
use crate::runner::containment::Containment;
use crate::runner::suite::{self, Listed, Suite, Test};
use crate::system::files;
use crate::system::process::Stop;
use crate::verdict::summary;
use crate::verdict::{Diagnostic, Mode, Outcome, Stage, TestResult, Verdict};

/// A longer source file is there by mistake.
pub const LONGEST_SOURCE: u64 = 1 << 20;

/// What to check, and how.
#[derive(Clone, Copy)]
pub struct Check<'a> {
    pub root: &'a Path,
    pub exercise: &'a Exercise,
    pub compile: compile::Options,
    /// The result of compiling, if many exercises were compiled at once before.
    pub compiled: Option<&'a (dyn Fn(Mode) -> Compiled + Sync)>,
    /// If the code is a stranger's.
    pub contained: Option<&'a Containment>,
    /// Replaces the kit's own seed.
    pub seed: Option<u64>,
    pub stop: &'a Stop,
    /// Called with progress, from several threads.
    pub report: &'a (dyn Fn(Stage) + Sync),
}

/// How often a check starts over because a file was saved in the meantime.
const MOST_STARTS: usize = 5;

/// Checks one exercise; `None` if the check was stopped.
///
/// Both modes are built from the same version of the files, and the verdict is about the version that is on disk at the
/// end. If a file is saved during the check, the check starts over.
pub fn check(check: &Check<'_>) -> Result<Option<Verdict>> {
    if check.compiled.is_some() {
        // The files of a proof do not change during the check.
        return Attempt { check: *check, stop: check.stop, before: None }.verdict();
    }
    let mut outdated = None;
    for start in 0..MOST_STARTS {
        if start > 0 {
            (check.report)(Stage::StartedOver);
        }
        let (stop, before) = (check.stop.child(), Sighting::of(&check.exercise.dir));
        let version = before.version;
        let verdict = Attempt { check: *check, stop: &stop, before: Some(before) }.verdict()?;
        if check.stop.is_stopped() {
            return Ok(None);
        }
        // What was compiled is certain. A save of the same content while the tests ran changes nothing.
        if Version::of(&check.exercise.dir) == version && verdict.is_some() {
            return Ok(verdict);
        }
        outdated = verdict.map(|verdict| (version, verdict)).or(outdated);
    }
    let Some((version, mut verdict)) = outdated else {
        let what = format!("the files of `{}` are saved more often than they can be compiled", check.exercise.name);
        return Err(UserError::new(what, "check again when they are at rest").into());
    };
    verdict.headline += &format!("; this is about version {version} of its files, which have been saved since");
    Ok(Some(verdict))
}

/// One check of one version of the files.
struct Attempt<'a> {
    check: Check<'a>,
    /// Also stops the rest of this attempt when the files have changed.
    stop: &'a Stop,
    /// The files when it began; `None` if they cannot change.
    before: Option<Sighting>,
}

/// Why the compiler would have no useful answer.
fn problem_with_source(exercise: &Exercise) -> Option<String> {
    files::appears(&exercise.source(), files::ABSENCE);
    let help = format!("`{COMMAND} reset {}` brings the starter back and keeps a backup", exercise.name);
    match fs::metadata(exercise.source()) {
        Ok(data) if !data.is_file() => Some(format!("src/lib.rs is not a file; {help}")),
        Ok(data) if data.len() > LONGEST_SOURCE => {
            Some(format!("src/lib.rs is {} MiB long, which cannot be meant; {help}", data.len().div_ceil(1 << 20)))
        }
        Ok(_) => None,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some(format!("src/lib.rs is missing; {help}")),
        Err(error) => Some(format!("src/lib.rs cannot be read ({error}); {help}")),
    }
}

/// The results of the tests of one mode.
#[derive(Default)]
struct Ran {
    results: Vec<(Test, TestResult)>,
    /// The errors of code that compiles for real, but not in explore mode.
    errors: Vec<Diagnostic>,
    /// The result to report if the binary could not list its tests.
    failed_to_list: Option<TestResult>,
}

/// The results of the tests of both modes.
struct InBothModes {
    results: Vec<TestResult>,
    /// The errors of code that cannot be explored.
    unexplored: Option<Vec<Diagnostic>>,
}

impl InBothModes {
    fn found(self, warnings: Vec<Diagnostic>) -> summary::Found {
        summary::Found::Tests { results: self.results, warnings, unexplored: self.unexplored }
    }
}

impl Attempt<'_> {
    /// `None` if the check was stopped, or if the files changed during it.
    fn verdict(&self) -> Result<Option<Verdict>> {
        let exercise = self.check.exercise;
        let verdict = |outcome| summary::summarize(exercise, self.check.compile.toolchain, outcome);
        if let Some(problem) = problem_with_source(exercise) {
            return Ok(Some(verdict(summary::Found::NoSource(problem))));
        }
        if exercise.tests.is_empty() {
            return Ok(Some(verdict(summary::Found::Tests {
                results: Vec::new(),
                warnings: Vec::new(),
                unexplored: None,
            })));
        }
        if let Some(found) = self.directly()? {
            return Ok(Some(verdict(found)));
        }
        match self.compile(Mode::Real, self.stop)? {
            Compiled::Stopped => Ok(None),
            Compiled::Failed { diagnostics } => Ok(Some(verdict(summary::Found::Errors(diagnostics)))),
            Compiled::Built { binaries, diagnostics } => {
                let ran = self.run(&binaries, || self.compile(Mode::Explore, self.stop))?;
                Ok(ran.map(|ran| verdict(ran.found(diagnostics))))
            }
        }
    }

    /// Without cargo, with clippy beside the build and the tests, and with both modes built side by side. `None` if only
    /// cargo can tell, or if stopped.
    fn directly(&self) -> Result<Option<summary::Found>> {
        let Check { root, exercise, compile, compiled, contained, .. } = self.check;
        let is_own = compiled.is_none() && contained.is_none();
        let direct = is_own.then(|| Direct::ready(root, exercise, Mode::Real, compile)).flatten();
        let Some(direct) = direct else { return Ok(None) };
        let (stop, explored_stop) = (self.stop.child(), self.stop.child());
        thread::scope(|scope| {
            let lints = compile.toolchain.clippy.then(|| scope.spawn(|| direct.lint(&stop)));
            let lints = || lints.map(|lints| lints.join().expect("it does not panic")).transpose();
            let explored = exercise.explored.then(|| scope.spawn(|| self.compile(Mode::Explore, &explored_stop)));
            let explored = || explored.map_or(Ok(Compiled::Stopped), |built| built.join().expect("it does not panic"));
            let built = direct.build(self.stop, self.check.report);
            let built = built.map(|built| built.filter(|_| !self.is_outdated()));
            let ran = match &built {
                Ok(Some(Compiled::Built { binaries, .. })) => self.run(binaries, explored),
                Ok(Some(Compiled::Failed { .. })) => {
                    explored_stop.stop();
                    Ok(None)
                }
                Ok(Some(Compiled::Stopped) | None) | Err(_) => {
                    explored_stop.stop();
                    stop.stop();
                    Ok(None)
                }
            };
            let linted = lints()?;
            let (built, ran) = (built?, ran?);
            Ok(match (built, ran, linted) {
                (_, _, Some(Linted::Stopped | Linted::Unknown)) => None,
                (_, _, Some(Linted::Said(said))) if said.iter().any(Diagnostic::is_error) => {
                    Some(summary::Found::Errors(said))
                }
                (Some(Compiled::Failed { diagnostics }), ..) => Some(summary::Found::Errors(diagnostics)),
                (Some(Compiled::Built { .. }), Some(ran), Some(Linted::Said(said))) => Some(ran.found(said)),
                (Some(Compiled::Built { diagnostics, .. }), Some(ran), None) => Some(ran.found(diagnostics)),
                _ => None,
            })
        })
    }

    /// Whether the files were saved since this attempt began, even if they are the same again. If so, it is stopped: the
    /// compiler may have read something else.
    fn is_outdated(&self) -> bool {
        let outdated = self.before.as_ref().is_some_and(|before| Sighting::of(&self.check.exercise.dir) != *before);
        if outdated {
            self.stop.stop();
        }
        outdated
    }

    fn compile(&self, mode: Mode, stop: &Stop) -> Result<Compiled> {
        if let Some(compiled) = self.check.compiled {
            return Ok(compiled(mode));
        }
        // Errors in the code are reported once, by the real compilation.
        let report = |stage| {
            if mode == Mode::Real || !matches!(stage, Stage::Diagnosed(_)) {
                (self.check.report)(stage);
            }
        };
        let Check { root, exercise, compile, contained, .. } = self.check;
        let compiled = compile::compile(root, exercise, mode, compile, contained, stop, &report);
        if self.is_outdated() { Ok(Compiled::Stopped) } else { compiled }
    }

    /// Runs all tests in both modes, those to be explored as soon as `explored` returns; `None` if stopped.
    fn run(
        &self,
        binaries: &[Binary],
        explored: impl FnOnce() -> Result<Compiled> + Send,
    ) -> Result<Option<InBothModes>> {
        let suite = Suite::new(self.check.root, self.check.exercise, self.check.seed)?.contained(self.check.contained);
        let twins = Twins::new(self.stop);
        let (real, explored) = thread::scope(|scope| {
            let explored =
                self.check.exercise.explored.then(|| scope.spawn(|| self.explore(explored()?, &suite, &twins)));
            let real = self.run_real(&suite, binaries, &twins);
            // One mode failed to run, so the other one need not continue.
            if real.is_err() {
                self.stop.stop();
            }
            (real, explored.map_or_else(|| Ok(Ran::default()), |explored| explored.join().expect("it does not panic")))
        });
        let (real, explored) = (real?, explored?);
        if self.stop.is_stopped() {
            return Ok(None);
        }
        let mut results = real.results;
        results.extend(explored.results);
        // In the order of the file: each test in real mode, then in explore mode.
        results.sort_by(|(a, x), (b, y)| (a.place(), x.mode).cmp(&(b.place(), y.mode)));
        let listing = real.failed_to_list.into_iter().chain(explored.failed_to_list);
        let results = listing.chain(results.into_iter().map(|(_, result)| result)).collect();
        // If the code cannot be explored, real threads decide.
        let unexplored = Some(explored.errors).filter(|errors| !errors.is_empty());
        Ok(Some(InBothModes { results, unexplored }))
    }

    fn explore(&self, compiled: Compiled, suite: &Suite<'_>, twins: &Twins) -> Result<Ran> {
        match compiled {
            Compiled::Stopped => Ok(Ran::default()),
            Compiled::Failed { diagnostics } => Ok(Ran { errors: diagnostics, ..Ran::default() }),
            Compiled::Built { binaries, .. } => self.run_all(suite, &binaries, Mode::Explore, &|test, run| {
                let result = run(self.stop)?;
                // Without a picture, real threads may say more: they are shown beside it.
                if matches!(result.outcome, Outcome::Failed(_)) && result.trace.is_some() {
                    twins.decided(test);
                }
                Ok(result)
            }),
        }
    }

    fn run_real(&self, suite: &Suite<'_>, binaries: &[Binary], twins: &Twins) -> Result<Ran> {
        self.run_all(suite, binaries, Mode::Real, &|test, run| {
            let stop = twins.stop(test);
            let result = run(&stop)?;
            Ok(match result.outcome {
                Outcome::Skipped => TestResult::skipped(&test.name, Mode::Real, "the explored failure decides"),
                _ => result,
            })
        })
    }

    /// Lists the tests of `binaries` and runs them in parallel, each through `each`.
    fn run_all(&self, suite: &Suite<'_>, binaries: &[Binary], mode: Mode, each: Each<'_>) -> Result<Ran> {
        let mut ran = Ran::default();
        let mut tests = Vec::new();
        for binary in binaries {
            match suite.list(binary, mode, self.stop)? {
                Listed::Tests(listed) => tests.extend(listed),
                Listed::Failed(result) => ran.failed_to_list = Some(*result),
                Listed::Stopped => return Ok(ran),
            }
        }
        (self.check.report)(Stage::Testing(mode, tests.len()));
        let next = AtomicUsize::new(0);
        let work = || -> Result<Vec<(Test, TestResult)>> {
            let mut results = Vec::new();
            while let Some(test) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
                (self.check.report)(Stage::Started(mode, test.name.clone()));
                let result = each(test, &|stop| suite.watched(test, mode, stop, self.check.report))?;
                (self.check.report)(Stage::Tested(Box::new(result.clone())));
                results.push((test.clone(), result));
            }
            Ok(results)
        };
        // Each mode has workers of its own: a sleeping real test must not delay an explored one.
        let workers = suite::processors().min(tests.len());
        let results = thread::scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            workers.into_iter().map(|worker| worker.join().expect("it does not panic")).collect::<Result<Vec<_>>>()
        })?;
        ran.results = results.into_iter().flatten().collect();
        Ok(ran)
    }
}

/// Runs one test with the given handle.
type Run<'a> = &'a dyn Fn(&Stop) -> Result<TestResult>;
/// Runs one test through the given closure, with whatever its mode needs around it.
type Each<'a> = &'a (dyn Fn(&Test, Run<'_>) -> Result<TestResult> + Sync);

/// The handles that stop a real test when its explored twin has failed.
struct Twins<'a> {
    all: &'a Stop,
    each: Mutex<HashMap<(PathBuf, String), Stop>>,
}

impl<'a> Twins<'a> {
    fn new(all: &'a Stop) -> Self {
        Self { all, each: Mutex::default() }
    }

    fn stop(&self, test: &Test) -> Stop {
        let key = (test.source.clone(), test.name.clone());
        lock(&self.each).entry(key).or_insert_with(|| self.all.child()).clone()
    }

    fn decided(&self, test: &Test) {
        self.stop(test).stop();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
