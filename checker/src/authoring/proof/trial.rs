//! Tries one attempt: several times, with several seeds, and with all of its tests in one process.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use trace::map::Map;

use crate::authoring::proof::build::{Built, Products};
use crate::authoring::proof::layout::Bench;
use crate::authoring::proof::{Attempt, Expected, objection};
use crate::course::exercise::Exercise;
use crate::runner::check::{self, Check};
use crate::runner::compile::{self, Binary};
use crate::runner::suite::{self, Listed, Suite, Test};
use crate::system::process::{self, HeadTail, How, Spec, Standstill, Stop, Streams};
use crate::system::toolchain::Toolchain;
use crate::verdict::{Mode, Outcome, TestResult, Verdict};

/// An attempt that was laid out and compiled.
pub struct Trial<'a> {
    /// The root of the bench.
    pub root: &'a Path,
    pub attempt: &'a Attempt,
    /// The exercise as laid out.
    pub exercise: &'a Exercise,
    built: &'a Built,
    pub toolchain: Toolchain,
}

/// The results of one attempt.
#[derive(Debug)]
pub struct Tried {
    pub attempt: Attempt,
    /// The verdict of the first round, or of the retry that counts.
    pub verdict: Verdict,
    /// The tests that failed in every round, in either mode.
    pub failing: BTreeSet<String>,
    /// How many checks it took until a wrong answer got its verdict, if it was more than one.
    pub flaky: Option<u64>,
    pub seeds: Option<Seeds>,
    /// The slowest real test, with its duration in milliseconds.
    pub slowest: Option<(u64, String)>,
    pub objections: Vec<String>,
}

/// The results of exploring a rejected answer with several seeds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seeds {
    /// How many schedules had to be sampled, at worst.
    pub worst: u32,
    /// The number of schedules for each seed.
    pub within: u32,
    /// The seeds that did not find the failure.
    pub missed: Vec<u64>,
}

/// The time limit for all tests of one binary together.
const TOGETHER: Duration = Duration::from_secs(60);
/// How many attempts are tried at a time per core. Most wrong ones wait, for each other or for a time limit.
const CROWD: usize = 2;
/// How many schedules are explored to find out only whether tests disturb each other.
const FEW_SCHEDULES: &str = "20";

/// Pairs each attempt with its compiled form.
pub fn trials<'a>(
    bench: &'a Bench,
    products: &'a Products,
    attempts: &[&'a Attempt],
    toolchain: Toolchain,
) -> Result<Vec<Trial<'a>>> {
    let trial = |attempt: &&'a Attempt| {
        let built = products.of(attempt).with_context(|| format!("{} was not laid out", attempt.name))?;
        Ok(Trial { root: bench.dir(), attempt, exercise: &built.exercise, built, toolchain })
    };
    attempts.iter().map(trial).collect()
}

impl Trial<'_> {
    /// Checks once; `None` if stopped.
    ///
    /// Each round explores a right answer with another seed, because it must pass with all of them.
    pub fn check(&self, round: u64, stop: &Stop) -> Result<Option<Verdict>> {
        let seed = (self.attempt.expected == Expected::Passes && round > 1).then_some(round);
        check::check(&Check {
            root: self.root,
            exercise: self.exercise,
            compile: compile::Options { toolchain: self.toolchain, colour: false },
            compiled: Some(&|mode| self.built.compiled(mode)),
            contained: None,
            seed,
            stop,
            report: &|_| {},
        })
    }

    /// Explores the test that decided `verdict` again, with other seeds and a twentieth of the budget. `None` if the
    /// verdict did not come from sampling, because an exhaustive search always finds the same failure, or if it was
    /// stopped.
    pub fn seeds(&self, verdict: &Verdict, seeds: u64, stop: &Stop) -> Result<Option<Seeds>> {
        let (Some(test), Expected::Fails { .. }) = (explored(verdict), &self.attempt.expected) else {
            return Ok(None);
        };
        let within = (test.1 / 20).max(1);
        let mut exercise = self.exercise.clone();
        exercise.about.schedules = Some(within);
        let Some(found) = self.find(test.0, &exercise, stop)? else { return Ok(None) };
        let mut result = Seeds { within, ..Seeds::default() };
        for seed in 1..=seeds {
            let suite = Suite::new(self.root, &exercise, Some(seed))?;
            let ran = suite.run(&found, Mode::Explore, stop)?;
            if stop.is_stopped() {
                return Ok(None);
            }
            match ran.outcome {
                // Some mistakes have several symptoms, and another seed may find another one first.
                Outcome::Failed(_) => {
                    result.worst = result.worst.max(ran.explored.map_or(1, |explored| explored.sampled));
                }
                _ => result.missed.push(seed),
            }
        }
        Ok(Some(result))
    }

    /// Maps all interleavings of the test `name`. `None` if it has no map, or was stopped.
    pub fn map(&self, name: &str, stop: &Stop) -> Result<Option<Map>> {
        let Some(test) = self.find(name, self.exercise, stop)? else { return Ok(None) };
        Suite::new(self.root, self.exercise, None)?.map(&test, stop)
    }

    fn find(&self, name: &str, exercise: &Exercise, stop: &Stop) -> Result<Option<Test>> {
        let suite = Suite::new(self.root, exercise, None)?;
        for binary in self.binaries(Mode::Explore) {
            if let Listed::Tests(tests) = suite.list(binary, Mode::Explore, stop)?
                && let Some(test) = tests.into_iter().find(|test| test.name == name)
            {
                return Ok(Some(test));
            }
        }
        Ok(None)
    }

    pub fn binaries(&self, mode: Mode) -> &[Binary] {
        self.built.binaries(mode)
    }

    /// The objections if all tests run in one process, as with plain `cargo test`: first in parallel, then one by one.
    pub fn together(&self, stop: &Stop) -> Result<Vec<String>> {
        let mut objections = Vec::new();
        for mode in [Mode::Real, Mode::Explore] {
            for binary in self.binaries(mode) {
                for (arguments, how) in [(&[][..], "side by side"), (&["--test-threads=1"], "one after the other")] {
                    let mut command = Command::new(&binary.path);
                    command
                        .arg(&binary.prefix)
                        .args(arguments)
                        .current_dir(&self.exercise.dir)
                        .env("RUST_BACKTRACE", "0");
                    command.env("CARGO_MANIFEST_DIR", &self.exercise.dir);
                    command.env(trace::protocol::SCHEDULES, FEW_SCHEDULES).env_remove("RUST_TEST_THREADS");
                    let (end, printed) = run(command, stop)?;
                    if end != How::Exited(0) && end != How::Stopped {
                        let failed = printed.lines().filter_map(|line| line.strip_suffix(" ... FAILED"));
                        let failed = failed.filter_map(|line| line.strip_prefix("test ")?.strip_prefix(&binary.prefix));
                        let failed: Vec<&str> = failed.collect();
                        let failed = if failed.is_empty() { "the process".to_owned() } else { failed.join(", ") };
                        objections.push(format!("when its tests run in one process, {how}: {failed} fails"));
                    }
                }
            }
        }
        Ok(objections)
    }
}

fn run(command: Command, stop: &Stop) -> Result<(How, String)> {
    let mut printed = HeadTail::new(64 * 1024);
    let spec = Spec::new(command, stop).streams(Streams::Merged).limit(TOGETHER).standstill(Standstill::Ends);
    let end = process::run(spec, &mut |_, bytes| printed.push(bytes))?;
    Ok((end.how, printed.finish().to_text()))
}

/// The sampled test that decided the verdict, and its budget.
fn explored(verdict: &Verdict) -> Option<(&str, u32)> {
    let decisive = verdict.decisive().filter(|test| test.mode == Mode::Explore && !was_searched(test))?;
    Some((&decisive.name, decisive.explored?.budget))
}

/// Whether an exhaustive search found this failure.
pub fn was_searched(test: &TestResult) -> bool {
    test.trace.as_ref().is_some_and(|trace| trace.budget == 0)
}

/// The objections to the verdicts of several rounds of the same attempt.
pub fn objections(attempt: &Attempt, rounds: &[Verdict]) -> Vec<String> {
    let mut objections: Vec<String> =
        rounds.iter().filter_map(|verdict| objection(&attempt.expected, verdict)).collect();
    objections.dedup();
    let all: Vec<String> = rounds.iter().map(essence).collect();
    if let Some(other) = all.iter().find(|other| **other != all[0]) {
        objections.push(format!("not the same every time: {}, and then {other}", all[0]));
    }
    objections
}

/// The part of a verdict that must be the same in every round: its kind, and the decisive test if it was explored. On
/// real threads, chance may decide which of several tests fails first. Of a pass, only that it passes, because each
/// round explores with another seed.
fn essence(verdict: &Verdict) -> String {
    match verdict.decisive() {
        None if verdict.passed() => "it passes".to_owned(),
        None => verdict.headline.clone(),
        Some(test) if test.mode == Mode::Explore => format!("{}: `{}`", verdict.kind.word(), test.name),
        Some(_) => verdict.kind.word().to_owned(),
    }
}

/// The tests that failed in every one of `rounds`, in either mode.
pub fn failing(rounds: &[Verdict]) -> BTreeSet<String> {
    let mut rounds = rounds.iter().map(|verdict| {
        let failed = verdict.tests.iter().filter(|test| matches!(test.outcome, Outcome::Failed(_)));
        failed.map(|test| test.name.clone()).collect::<BTreeSet<String>>()
    });
    let first = rounds.next().unwrap_or_default();
    rounds.fold(first, |always, round| &always & &round)
}

/// The slowest real test and its duration, with each test measured in its fastest round.
pub fn slowest(rounds: &[Verdict]) -> Option<(u64, &str)> {
    let first = rounds.first()?;
    let least = |name: &str| {
        let tests = rounds.iter().flat_map(|verdict| &verdict.tests);
        tests.filter(|test| test.mode == Mode::Real && test.name == name).map(|test| test.duration_ms).min()
    };
    let real = first.tests.iter().filter(|test| test.mode == Mode::Real);
    real.filter_map(|test| Some((least(&test.name)?, test.name.as_str()))).max()
}

/// Calls `work` for each of `items`, several at a time; `None` if one of them was stopped.
pub fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<Option<R>> + Sync,
) -> Result<Option<Vec<R>>> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut results = Vec::new();
        while let Some((at, item)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
        {
            results.push((at, work(item)?));
        }
        Ok(results)
    };
    let mut results = thread::scope(|scope| {
        let workers: Vec<_> = (0..CROWD * suite::processors()).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().map(|worker| worker.join().expect("it does not panic")).collect::<Result<Vec<_>>>()
    })?
    .into_iter()
    .flatten()
    .collect::<Vec<_>>();
    results.sort_by_key(|(at, _)| *at);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// Keeps all cores busy while `work` runs.
pub fn on_a_busy_machine<R>(work: impl FnOnce() -> R) -> R {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..suite::processors() {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let result = work();
        done.store(true, Ordering::Relaxed);
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{Kind, example};

    fn attempt(expected: Expected) -> Attempt {
        Attempt { exercise: "abba".to_owned(), name: "a".to_owned(), expected, source: String::new() }
    }

    #[test]
    fn a_verdict_that_changes_between_rounds_is_objected_to() {
        let deadlock = attempt(Expected::Fails { kind: Kind::Deadlock, detail: None });
        let (one, mut other) = (example::verdict("abba", Kind::Deadlock), example::verdict("abba", Kind::Deadlock));
        assert_eq!(objections(&deadlock, &[one.clone(), one.clone()]), Vec::<String>::new());
        other.headline = "`b` deadlocks".to_owned();
        let objections = objections(&deadlock, &[one.clone(), one, other]);
        assert_eq!(objections, ["not the same every time: deadlock it is, and then `b` deadlocks"]);
    }

    #[test]
    fn a_promise_is_kept_up_only_by_a_test_that_fails_in_every_round() {
        let round = |failing: &[&str]| {
            let mut verdict = example::verdict("abba", Kind::FailingTest);
            let failed = |name: &&str| example::test(name, Mode::Real, Outcome::Failed(Kind::FailingTest));
            verdict.tests = failing.iter().map(failed).collect();
            verdict.tests.push(example::test("passes", Mode::Real, Outcome::Passed));
            verdict
        };
        let always: Vec<String> =
            failing(&[round(&["a", "b"]), round(&["b", "c"]), round(&["b"])]).into_iter().collect();
        assert_eq!(always, ["b"]);
    }

    #[test]
    fn the_slowest_test_is_measured_in_its_fastest_round() {
        let round = |a, b| {
            let mut verdict = example::verdict("abba", Kind::Passed);
            for (name, mode, ms) in [("a", Mode::Real, a), ("b", Mode::Real, b), ("b", Mode::Explore, 5000)] {
                let mut test = example::test(name, mode, Outcome::Passed);
                test.duration_ms = ms;
                verdict.tests.push(test);
            }
            verdict
        };
        assert_eq!(slowest(&[round(90, 20), round(10, 30)]), Some((20, "b")));
        assert_eq!(slowest(&[]), None);
    }

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..50).collect();
        assert_eq!(side_by_side(&items, |item| Ok(Some(item * 2))).unwrap().unwrap()[49], 98);
        assert_eq!(side_by_side(&items, |item| Ok((*item != 7).then_some(()))).unwrap(), None);
    }
}
