//! The plain watch, without a terminal.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Course, is_running};

/// A running watch and its output lines.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(course: &Course, current: &str) -> Watch {
        course.write_progress(&format!(r#"{{"schema":1,"current":"{current}"}}"#));
        let mut child = course.checker(&["watch"]).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Watch { child, lines }
    }

    /// Waits for a line that contains `words`.
    #[track_caller]
    fn wait_for(&self, words: &str) -> String {
        let mut seen = Vec::new();
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) if line.contains(words) => return line,
                Ok(line) => seen.push(line),
                Err(RecvTimeoutError::Timeout) => panic!("no `{words}` in time, but:\n{}", seen.join("\n")),
                Err(RecvTimeoutError::Disconnected) => panic!("it ended without `{words}`:\n{}", seen.join("\n")),
            }
        }
    }

    /// Ends the watch with `signal`. Returns its exit code and the time until it exited.
    fn end(mut self, signal: Signal) -> (Option<i32>, Duration) {
        let started = Instant::now();
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        (self.child.wait().unwrap().code(), started.elapsed())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const RIGHT: &str = "pub fn answer() -> u32 {\n    42\n}\n";
const WRONG: &str = "pub fn answer() -> u32 {\n    41\n}\n";

/// Would catch: a lost save, or a verdict on an earlier version shown last.
#[test]
fn the_last_verdict_is_about_the_file_on_disk() {
    let course = Course::to_build();
    let source = course.source("01_passes");
    let watch = Watch::start(&course, "passes");
    watch.wait_for("passed · passes");
    for _ in 0..3 {
        fs::write(&source, WRONG).unwrap();
        watch.wait_for("failing test · passes");
        fs::write(&source, RIGHT).unwrap();
        watch.wait_for("passed · passes");
    }
    // Three quick saves, each done in another way.
    fs::write(&source, WRONG).unwrap();
    fs::remove_file(&source).unwrap();
    let other = source.with_extension("new");
    fs::write(&other, "pub fn answer() -> u32 {\n    43\n}\n").unwrap();
    fs::rename(&other, &source).unwrap();
    watch.wait_for("left: 43");
    watch.wait_for("failing test · passes");
    let quiet = watch.lines.recv_timeout(Duration::from_millis(700));
    assert!(quiet.is_err(), "{quiet:?}");
    assert_eq!(course.progress()["exercises"]["passes"]["solved"], true);
    assert_eq!(watch.end(Signal::TERM).0, Some(143));
}

/// Would catch: a verdict on the previous version. Cargo trusts the modification time, and `mv` preserves it.
#[test]
fn a_file_with_an_old_modification_time_is_checked_as_well() {
    let course = Course::to_build();
    let source = course.source("01_passes");
    let watch = Watch::start(&course, "passes");
    watch.wait_for("passed · passes");
    let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for (text, verdict) in [(WRONG, "failing test · passes"), (RIGHT, "passed · passes")] {
        let other = source.with_extension("new");
        fs::write(&other, text).unwrap();
        fs::File::options().append(true).open(&other).unwrap().set_modified(long_ago).unwrap();
        fs::rename(&other, &source).unwrap();
        watch.wait_for(verdict);
    }
}

/// The time limit of the looping test. If it ends much earlier, something else ended it.
const LIMIT: Duration = Duration::from_secs(60);

/// Would catch: a save that waits for a test that never ends, or a test that outlives the watch.
#[test]
fn a_save_restarts_a_looping_check_and_a_signal_ends_every_process() {
    let course = Course::to_build();
    let manifest = course.root.join("exercises/01_verdicts/08_loops/Cargo.toml");
    let patient =
        fs::read_to_string(&manifest).unwrap().replace("limit_ms = 1500", &format!("limit_ms = {}", LIMIT.as_millis()));
    fs::write(&manifest, patient).unwrap();
    let source = course.source("08_loops");
    let looping = fs::read_to_string(&source).unwrap();
    // Built by cargo, or without it.
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/course-target/");
    let test = [format!("{folder}debug/deps/loops-"), format!("{folder}checker/loops-real/")];
    let is_running_test = || test.iter().any(|test| is_running(test));
    let running = || {
        let until = Instant::now() + Duration::from_secs(60);
        while !is_running_test() || !is_running("it_comes_to_an_end --exact") {
            assert!(Instant::now() < until, "the test does not start");
            thread::sleep(Duration::from_millis(20));
        }
    };

    let watch = Watch::start(&course, "loops");
    running();
    let saved = Instant::now();
    fs::write(&source, "pub fn spin() {}\n").unwrap();
    watch.wait_for("passed · loops");
    assert!(saved.elapsed() < Duration::from_secs(20), "{:?}", saved.elapsed());
    fs::write(&source, looping).unwrap();
    running();
    let (code, took) = watch.end(Signal::INT);
    assert_eq!(code, Some(130));
    assert!(took < LIMIT / 2, "the test was waited for: {took:?}");
    assert!(!is_running_test(), "a test lives");

    // A test does not outlive a checker that was killed and could not clean up.
    let watch = Watch::start(&course, "loops");
    running();
    let _ = watch.end(Signal::KILL);
    let until = Instant::now() + LIMIT / 2;
    while is_running_test() {
        assert!(Instant::now() < until, "a test lives");
        thread::sleep(Duration::from_millis(10));
    }
}
