//! The tests of one binary. Lists them, and runs each in a process of its own.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use trace::map::Map;
use trace::protocol;
use trace::{Report, Standing};

use crate::course::exercise::Exercise;
use crate::error::{UserError, causes};
use crate::runner::compile::Binary;
use crate::runner::containment::Containment;
use crate::system::files;
use crate::system::process::confine::NOT_STARTED;
use crate::system::process::{self, Confinement, End, HeadTail, How, Rest, Spec, Standstill, Stop, Streams};
use crate::system::sandbox::Jail;
use crate::verdict::classify::{self, Classified, Evidence};
use crate::verdict::{Mode, Outcome, Output, Stage, TestResult};

use self::progress::Told;
use self::scratch::Scratch;

mod libtest;
mod progress;
pub mod scratch;

/// A test to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// The file that contains it.
    pub source: PathBuf,
    /// Its position in that file.
    at: usize,
    pub name: String,
    binary: PathBuf,
    /// Its name in the binary.
    path: String,
}

impl Test {
    /// The arguments with which libtest runs only this test.
    fn arguments(&self) -> [&str; 4] {
        [&self.path, "--exact", "--nocapture", "--test-threads=1"]
    }

    /// Its place among all tests; the same in both modes.
    pub fn place(&self) -> (&Path, usize, &str) {
        (&self.source, self.at, &self.name)
    }
}

/// The result of listing a binary's tests.
#[derive(Debug)]
pub enum Listed {
    /// Without ignored tests.
    Tests(Vec<Test>),
    /// The binary could not list its tests; reported as the result of a test.
    Failed(Box<TestResult>),
    Stopped,
}

/// What to find out about an explored test.
#[derive(Clone, Debug)]
enum Question {
    /// Whether any interleaving fails.
    Any,
    /// What happens in the one that begins with these choices, as written by [`trace::wire::write_choices`].
    One(String),
    /// What all interleavings are.
    Map,
}

/// What the tests of one check share.
pub struct Suite<'a> {
    root: &'a Path,
    exercise: &'a Exercise,
    seed: Option<u64>,
    question: Question,
    contained: Option<&'a Containment>,
    scratch: Scratch,
    count: AtomicUsize,
}

/// The largest file that a test may write.
const FILE: u64 = 256 << 20;
/// How many bytes of a test's output are kept, both from its beginning and from its end.
const KEPT: usize = 16 * 1024;
/// A longer report is truncated when it is read.
const LONGEST_REPORT: u64 = 16 << 20;
/// The name under which a failure to list the tests is reported.
const LISTING: &str = "--list";

impl<'a> Suite<'a> {
    pub fn new(root: &'a Path, exercise: &'a Exercise, seed: Option<u64>) -> Result<Self> {
        let scratch = Scratch::new()?;
        let (question, count) = (Question::Any, AtomicUsize::new(0));
        Ok(Self { root, exercise, seed, question, contained: None, scratch, count })
    }

    /// The same, for tests of a stranger's code.
    pub fn contained(self, contained: Option<&'a Containment>) -> Self {
        Self { contained, ..self }
    }

    /// Lists the tests of `binary`.
    pub fn list(&self, binary: &Binary, mode: Mode, stop: &Stop) -> Result<Listed> {
        let ask = |arguments: &[&str]| {
            let output = Wanted { keep: 1 << 20, rest: Rest::IsWanted, progress: None };
            self.process(&binary.path, arguments, mode, output, stop)
        };
        let both = thread::scope(|scope| {
            let ignored = scope.spawn(|| ask(&[LISTING, "--ignored"]));
            [ask(&[LISTING]), ignored.join().expect("it does not panic")]
        });
        let mut answers = Vec::new();
        for ran in both {
            let ran = ran?;
            let answer = ran.printed.to_text();
            match ran.end.how {
                How::Stopped => return Ok(Listed::Stopped),
                How::Exited(0) if libtest::is_whole(&answer) => answers.push(answer),
                _ => return Ok(Listed::Failed(Box::new(self.listing_failed(ran, mode)))),
            }
        }
        let [all, ignored] = answers.as_slice() else { unreachable!("two questions, two answers") };
        let source = fs::read_to_string(&binary.source).unwrap_or_default();
        let ignored: Vec<&str> = libtest::names(ignored).collect();
        let tests = libtest::names(all)
            .filter(|path| !ignored.contains(path))
            .filter_map(|path| Some((path, path.strip_prefix(&binary.prefix)?)))
            .map(|(path, name)| Test {
                source: binary.source.clone(),
                at: position(&source, name),
                name: name.to_owned(),
                binary: binary.path.clone(),
                path: path.to_owned(),
            })
            .collect();
        Ok(Listed::Tests(tests))
    }

    /// Runs `test` until it ends.
    pub fn run(&self, test: &Test, mode: Mode, stop: &Stop) -> Result<TestResult> {
        self.watched(test, mode, stop, &|_| {})
    }

    /// The same, and reports how far an explored test is.
    pub fn watched(&self, test: &Test, mode: Mode, stop: &Stop, report: &(dyn Fn(Stage) + Sync)) -> Result<TestResult> {
        let arguments = test.arguments();
        let told = |(runs, of)| report(Stage::Explored { test: test.name.clone(), runs, of });
        let progress: Option<Told<'_>> = (mode == Mode::Explore).then_some(&told);
        let output = Wanted { keep: KEPT, rest: Rest::MayBeLost, progress };
        let ran = self.process(&test.binary, &arguments, mode, output, stop)?;
        Ok(TestResult { name: test.name.clone(), ..self.result(&test.path, mode, ran) })
    }

    /// From now on, explored tests run only the interleaving that begins with `choices`. Their results have a trace
    /// even if they pass.
    pub fn replay(&mut self, choices: &[u32]) {
        self.question = Question::One(trace::wire::write_choices(choices));
    }

    /// Maps all interleavings of an explored test. `None` if the test has no map, or was stopped.
    pub fn map(&mut self, test: &Test, stop: &Stop) -> Result<Option<Map>> {
        let before = std::mem::replace(&mut self.question, Question::Map);
        let arguments = test.arguments();
        let output = Wanted { keep: KEPT, rest: Rest::MayBeLost, progress: None };
        let ran = self.process(&test.binary, &arguments, Mode::Explore, output, stop);
        self.question = before;
        Ok(ran?.report.and_then(|report| report.map))
    }

    /// If a binary hangs or crashes while it lists its tests, it runs code before `main` or has its own `main`.
    fn listing_failed(&self, ran: Ran, mode: Mode) -> TestResult {
        let mut result = self.result(LISTING, mode, ran);
        result.message = format!("while the tests were listed: {}", result.message);
        result
    }

    fn result(&self, name: &str, mode: Mode, ran: Ran) -> TestResult {
        let printed = ran.printed.to_text();
        let evidence = Evidence {
            how: ran.end.how,
            report: ran.report.as_ref(),
            test: name,
            standing: &ran.standing,
            nonce: &ran.nonce,
            announced: libtest::announced(&printed),
            limit: self.exercise.limit(),
        };
        let classified = classify::classify(evidence, self.exercise, self.root);
        let own = |bytes: &[u8]| libtest::own_output(&String::from_utf8_lossy(bytes), name, &classified);
        let output =
            Output { head: own(&ran.printed.head), tail: own(&ran.printed.tail), dropped: ran.printed.dropped };
        let Classified { outcome, message, place, trace } = classified;
        TestResult {
            name: name.to_owned(),
            mode,
            outcome,
            duration_ms: u64::try_from(ran.end.elapsed.as_millis()).unwrap_or(u64::MAX),
            message,
            place,
            output,
            explored: ran.report.as_ref().and_then(|report| report.explored),
            trace: trace.or(ran.report.and_then(|report| report.trace)),
        }
    }

    fn process(&self, binary: &Path, arguments: &[&str], mode: Mode, output: Wanted<'_>, stop: &Stop) -> Result<Ran> {
        let nonce = scratch::nonce().context("no random number could be had")?;
        let path = self.scratch.path().join(self.count.fetch_add(1, Ordering::Relaxed).to_string());
        let limit = self.exercise.limit();
        let mut command = Command::new(binary);
        command
            .args(arguments)
            .current_dir(&self.exercise.dir)
            .env("CARGO_MANIFEST_DIR", &self.exercise.dir)
            .env(protocol::NONCE, &nonce)
            .env("RUST_BACKTRACE", "0")
            .env_remove("RUST_TEST_SHUFFLE");
        if let Some(seed) = self.seed {
            command.env(protocol::SEED, seed.to_string());
        }
        match (mode, &self.question) {
            (Mode::Real, _) | (Mode::Explore, Question::Any) => {}
            (Mode::Explore, Question::One(choices)) => {
                command.env(protocol::REPLAY, choices);
            }
            (Mode::Explore, Question::Map) => {
                command.env(protocol::MAP, "1");
            }
        }
        if let (Mode::Explore, Some(schedules)) = (mode, self.exercise.about.schedules) {
            command.env(protocol::SCHEDULES, schedules.to_string());
        }
        let answers = PathBuf::from(protocol::standing_path(&path.display().to_string()));
        let confinement = Confinement {
            memory: Some(process::share_of_memory()),
            file: Some(FILE),
            cpu: Some(processor_seconds(limit)),
            jail: self.jail(binary, &[&path, &answers])?,
            ..Confinement::default()
        };
        let spec = Spec::new(command, stop)
            .streams(Streams::Merged)
            .limit(limit)
            .confine(confinement)
            // Unlike the nonce, it stays in the environment, which the test's descendants inherit.
            .mark(format!("{}={}", protocol::REPORT, path.display()))
            .standstill(Standstill::Ends)
            .rest(output.rest);
        // An explored test knows by itself what its threads wait for.
        let spec = if mode == Mode::Real { spec.answers(answers.clone()) } else { spec };
        let mut printed = HeadTail::new(output.keep);
        let told = protocol::progress_path(&path.display().to_string());
        let run = || process::run(spec, &mut |_, bytes| printed.push(bytes));
        let end = progress::follow(Path::new(&told), output.progress, run)
            .with_context(|| format!("{} could not be run", binary.display()))?;
        let (report, printed) = (read_report(&path), printed.finish());
        let code_ran = arguments.first() != Some(&LISTING);
        if report.is_none() && !(self.contained.is_some() && code_ran && has_room(self.scratch.path())) {
            could_report(&printed.to_text(), &path)?;
        }
        let standing = trace::wire::read_standing(&fs::read_to_string(&answers).unwrap_or_default());
        Ok(Ran { end, nonce, report, standing, printed })
    }

    /// The jail of a test that writes into `reports`, if it is to have one. They are made here, because it may make no
    /// files.
    fn jail(&self, binary: &Path, reports: &[&Path]) -> Result<Option<Jail>> {
        let Some(jail) = self.contained.and_then(|contained| contained.test(binary, reports)) else { return Ok(None) };
        for report in reports {
            fs::File::create_new(report).with_context(|| format!("{} cannot be made", report.display()))?;
        }
        Ok(Some(jail))
    }
}

/// Which output of a process is needed.
struct Wanted<'a> {
    /// How many bytes of its beginning, and how many of its end.
    keep: usize,
    rest: Rest,
    /// What hears how far an exploration is.
    progress: Option<Told<'a>>,
}

/// A process that has ended.
struct Ran {
    end: End,
    nonce: String,
    report: Option<Report>,
    standing: Vec<Standing>,
    printed: process::Kept,
}

/// A safety net if the checker cannot enforce the time limit: all processors for the whole time, plus a margin.
fn processor_seconds(limit: Duration) -> u64 {
    (limit.as_secs() + 1) * processors() as u64 + 5
}

/// How many tests run in parallel.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Whether a report had room in `dir`. A stranger's test that complains of a full disk may be lying.
fn has_room(dir: &Path) -> bool {
    files::free_space(dir).is_none_or(|free| free > LONGEST_REPORT)
}

fn read_report(path: &Path) -> Option<Report> {
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(LONGEST_REPORT).read_to_end(&mut bytes).ok()?;
    trace::wire::read(&String::from_utf8_lossy(&bytes))
}

/// An error if the output shows that the test was not started, or could not write its report to `path`. Neither says
/// anything about the code.
fn could_report(printed: &str, path: &Path) -> Result<()> {
    let not_written = protocol::report_not_written(&path.display().to_string());
    let complaint = printed.lines().find(|line| line.starts_with(&not_written) || line.starts_with(NOT_STARTED));
    let Some(line) = complaint else { return Ok(()) };
    let unknown = || UserError::new(line, "see that the folder for temporary files can be written");
    let error = match line.strip_prefix(NOT_STARTED) {
        Some(program) => UserError::new(format!("a test could not be started: {program}"), causes::MAY_NOT_RUN),
        None => causes::known(line).unwrap_or_else(unknown),
    };
    Err(error.into())
}

/// The position of the function `name` in `source`; at the end if it is not found, as in generated code.
fn position(source: &str, name: &str) -> usize {
    let function = name.rsplit("::").next().unwrap_or(name);
    let named = |at: &usize| {
        let rest = source[*at + "fn ".len()..].trim_start();
        rest.strip_prefix(function).is_some_and(|rest| rest.starts_with(['(', '<', ' ']))
    };
    source.match_indices("fn ").map(|(at, _)| at).find(named).unwrap_or(usize::MAX)
}

impl TestResult {
    /// The result of a test that did not need to run.
    pub fn skipped(name: &str, mode: Mode, why: &str) -> TestResult {
        TestResult {
            name: name.to_owned(),
            mode,
            outcome: Outcome::Skipped,
            duration_ms: 0,
            message: why.to_owned(),
            place: None,
            output: Output::default(),
            explored: None,
            trace: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_ordered_as_in_their_file() {
        let source =
            "fn helper() { second() }\n#[test]\nfn first_of_all() {}\n#[test]\nasync fn first() {}\nfn  second () {}";
        let mut names = vec!["second", "first", "made_by_a_macro", "m::first_of_all"];
        names.sort_by_key(|name| position(source, name));
        assert_eq!(names, ["m::first_of_all", "first", "second", "made_by_a_macro"]);
    }
}
