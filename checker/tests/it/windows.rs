//! Job objects, the Windows counterpart of process groups.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The variable with the path of the file that the program under test writes to.
const HEARTBEAT: &str = "CHECKER_TEST_HEARTBEAT";

/// Runs this test binary, confined to a job, with one test that writes to `file` for as long as it lives.
fn confined(file: &Path, test: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_checker"));
    command.args(["__exec", "0", "0", "0", "0", "normal"]).arg(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--include-ignored", "--nocapture"]).env(HEARTBEAT, file);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |file| file.len())
}

#[track_caller]
fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < until, "not in time: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The program under test: starts a second one, and neither of them ends.
#[test]
#[ignore = "a part of other tests"]
fn lives_on_with_its_child() {
    if std::env::var_os(HEARTBEAT).is_some() {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "windows::lives_on", "--include-ignored"]).stdout(Stdio::null()).status().unwrap();
    }
}

#[test]
#[ignore = "a part of other tests"]
fn lives_on() {
    let Some(file) = std::env::var_os(HEARTBEAT) else { return };
    for beat in 1.. {
        fs::write(&file, ".".repeat(beat)).unwrap();
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
#[ignore = "a part of other tests"]
fn leaves_its_child_behind() {
    let Some(file) = std::env::var_os(HEARTBEAT) else { return };
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "windows::lives_on", "--include-ignored"]).stdout(Stdio::null()).spawn().unwrap();
    while length(Path::new(&file)) == 0 {
        thread::sleep(Duration::from_millis(10));
    }
    std::process::exit(7);
}

/// Would catch: killing only the first process of a job.
#[test]
fn closing_the_pipe_kills_every_process_of_the_job() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("heartbeat");
    let mut leader = confined(&file, "windows::lives_on_with_its_child");
    wait_until("the child of the program writes", || length(&file) > 2);
    drop(leader.stdin.take());
    leader.wait().unwrap();
    let last = length(&file);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(length(&file), last, "the child lives");
}

/// Would catch: a lost exit code, or a child that outlives the program.
#[test]
fn when_the_program_ends_its_job_ends_with_the_same_exit_code() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("heartbeat");
    let mut leader = confined(&file, "windows::leaves_its_child_behind");
    let _leash = leader.stdin.take();
    assert_eq!(leader.wait().unwrap().code(), Some(7));
    let last = length(&file);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(length(&file), last, "the child lives");
}
