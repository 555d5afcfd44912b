//! Real child processes that misbehave. Each test limits how long it may take, because that is the point.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::SIGBUS;

use super::death;
use crate::system::process::*;

/// The activity reported for a process that sleeps, and for one that computes.
const ASLEEP: Activity = if cfg!(target_os = "linux") { Activity::Asleep } else { Activity::Unknown };
const BUSY: Activity = if cfg!(target_os = "linux") { Activity::Busy } else { Activity::Unknown };

struct Ran {
    how: How,
    elapsed: Duration,
    output: String,
    dropped: u64,
}

/// Runs a shell script with a limit of one second.
fn sh(script: &str) -> Ran {
    sh_with(script, &Stop::new(), None)
}

/// A command whose output is only displayed.
fn shown(command: Command, stop: &Stop) -> Spec<'_> {
    Spec::new(command, stop).streams(Streams::Merged).unconfined().standstill(Standstill::Ends).rest(Rest::MayBeLost)
}

fn sh_with(script: &str, stop: &Stop, mark: Option<&str>) -> Ran {
    adopt_orphans();
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    let started = Instant::now();
    let mut kept = HeadTail::new(16 * 1024);
    let spec = shown(command, stop).limit(Duration::from_secs(1));
    let spec = mark.into_iter().fold(spec, |spec, mark| spec.mark(mark.to_owned()));
    let end = run(spec, &mut |_, bytes| kept.push(bytes)).unwrap();
    let kept = kept.finish();
    Ran {
        how: end.how,
        elapsed: started.elapsed(),
        output: String::from_utf8_lossy(&kept.head).into_owned(),
        dropped: kept.dropped,
    }
}

fn alive(pid: &str) -> bool {
    // A zombie that waits for its parent, which is not the checker, counts as dead.
    if cfg!(target_os = "linux") {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        return stat.is_ok_and(|stat| !stat.contains(") Z "));
    }
    let state = Command::new("ps").args(["-o", "state=", "-p", pid.trim()]).output().unwrap().stdout;
    state.first().is_some_and(|state| *state != b'Z')
}

/// Would catch: a lost exit code, or lost output that was still in the pipe when the process ended.
#[test]
fn a_process_ends_with_its_code_and_all_of_its_output() {
    let ran = sh("echo out; echo err >&2; exit 3");
    assert_eq!((ran.how, ran.output.as_str()), (How::Exited(3), "out\nerr\n"));
    assert!(ran.elapsed < Duration::from_millis(900), "{:?}", ran.elapsed);
}

/// Would catch: an abort reported as an exit.
#[test]
fn a_signal_is_distinguished_from_an_exit() {
    assert_eq!(sh("kill -ABRT $$").how, How::Signalled(6));
}

#[test]
fn a_signal_is_named_as_on_this_system() {
    assert_eq!(death(SIGBUS), "the process was ended by a signal (bus error, SIGBUS)");
    assert!(death(if cfg!(target_os = "linux") { 7 } else { 10 }).contains("SIGBUS"));
    assert_eq!(death(0), "the process was ended by signal 0");
}

/// Would catch: killing only the child itself, or waiting for a pipe that its descendants hold.
#[test]
fn at_the_limit_the_whole_group_is_killed() {
    for script in ["exec sleep 30", "sleep 30 & echo $!; wait", "trap '' TERM INT; sleep 30 & echo $!; wait"] {
        let ran = sh(script);
        assert_eq!(ran.how, How::OverLimit(ASLEEP), "{script}");
        assert!(ran.elapsed < Duration::from_millis(2000), "{script}: {:?}", ran.elapsed);
        assert!(ran.output.is_empty() || !alive(&ran.output), "{script}: {} lives", ran.output);
    }
}

/// Would catch: reporting every timeout as a deadlock.
#[test]
fn a_process_that_computes_until_the_limit_is_busy() {
    assert_eq!(sh("while :; do :; done").how, How::OverLimit(BUSY));
}

/// Would catch: waiting for the pipe of a grandchild, or leaving the grandchild running.
#[test]
fn a_grandchild_that_holds_the_pipe_does_not_delay_the_end() {
    let ran = sh("sleep 30 & echo $!; exit 0");
    assert_eq!(ran.how, How::Exited(0));
    assert!(ran.elapsed < Duration::from_millis(900), "{:?}", ran.elapsed);
    assert!(!alive(&ran.output), "{} lives", ran.output);
}

/// Would catch: killing only the group. A process that calls `setsid` is found as an orphan with the mark.
#[test]
#[cfg(target_os = "linux")]
fn a_process_that_escapes_from_the_group_is_found() {
    for script in ["setsid sleep 30 & echo $!; exit 0", "setsid sh -c 'sleep 30 & echo $!; wait' & wait"] {
        let ran = sh_with(script, &Stop::new(), Some("CHECKER_TEST_MARK=5c1e"));
        assert!(ran.elapsed < Duration::from_millis(2000), "{script}: {:?}", ran.elapsed);
        let pid = ran.output.trim().to_owned();
        assert!(!pid.is_empty() && !alive(&pid), "{script}: `{pid}` lives");
    }
}

/// Would catch: collecting output without a bound, or checking the limit only when nothing is printed.
#[test]
fn endless_output_neither_fills_the_memory_nor_extends_the_limit() {
    let before = resident_kib();
    let ran = sh("yes");
    assert!(matches!(ran.how, How::OverLimit(_)), "{:?}", ran.how);
    assert!(ran.elapsed < Duration::from_millis(2000), "{:?}", ran.elapsed);
    assert!(ran.dropped > 1_000_000, "dropped {}", ran.dropped);
    assert!(resident_kib() < before + 8 * 1024, "{before} KiB before, {} after", resident_kib());
}

/// Would catch: a process that is blocked on writing to our pipe reported as asleep.
#[test]
fn a_process_blocked_on_its_output_is_busy() {
    let mut command = Command::new("yes");
    command.arg("and another thing");
    let stop = Stop::new();
    let spec = shown(command, &stop).limit(Duration::from_millis(500));
    let end = run(spec, &mut |_, _| thread::sleep(Duration::from_millis(100))).unwrap();
    assert_eq!(end.how, How::OverLimit(BUSY));
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|kib| kib.parse().ok()).unwrap_or(0)
}

/// Would catch: a stop that waits for the next check, or that misses a process that has not started yet.
#[test]
fn a_stop_kills_at_once_and_prevents_later_starts() {
    let stop = Stop::new();
    let child = stop.child();
    let stopper = thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        stop.stop();
        stop.wait_until_idle(Duration::from_secs(5));
        Instant::now()
    });
    let ran = sh_with("sleep 30", &child, None);
    let ended = Instant::now();
    assert_eq!(ran.how, How::Stopped);
    assert!(ran.elapsed < Duration::from_millis(900), "{:?}", ran.elapsed);
    assert!(stopper.join().unwrap().saturating_duration_since(ended) < Duration::from_millis(100));
    assert_eq!(sh_with("echo started", &child, None).output, "");
}

/// Would catch: an unreadable program reported as one that ran.
#[test]
fn a_program_that_cannot_be_started_is_an_error() {
    let stop = Stop::new();
    let spec = Spec::new(Command::new("/nonexistent/program"), &stop).unconfined();
    assert_eq!(run(spec, &mut |_, _| {}).unwrap_err().kind(), std::io::ErrorKind::NotFound);
}
