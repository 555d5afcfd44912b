//! Every way to leave the watch: it is quick, restores the terminal, and leaves no process behind.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Signal, kill_process};

use crate::terminal::Terminal;
use crate::toys::Toys;

const SIZE: (u16, u16) = (80, 24);
/// What may be running when the user leaves.
const MISBEHAVIOURS: [&str; 6] = ["deadlock", "loop", "flood", "compiling 1000", "blocked 1000", "right"];

/// A watch in the middle of checking `what`.
fn in_the_middle_of(toys: &Toys, what: &str) -> Terminal {
    toys.save("alpha", what);
    let mut terminal = Terminal::open(toys, &["watch"], SIZE);
    terminal.wait_for(match what {
        "right" => "PASSED ·",
        "compiling 1000" => "building 12 of 34: tokio",
        "blocked 1000" => "waiting for another cargo",
        _ => "testing 0 of 1",
    });
    terminal
}

#[track_caller]
fn nobody_is_left(toys: &Toys) {
    let until = Instant::now() + Duration::from_secs(20);
    while !toys.processes().is_empty() {
        assert!(Instant::now() < until, "left behind: {:?}", toys.processes());
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn q_ends_the_watch_whatever_is_running() {
    for what in MISBEHAVIOURS {
        let toys = Toys::new();
        let mut terminal = in_the_middle_of(&toys, what);
        let started = Instant::now();
        terminal.press("q");
        assert_eq!(terminal.wait_for_end(), 0, "{what}");
        let elapsed = started.elapsed();
        println!("q during {what}: {elapsed:?}");
        assert!(elapsed < Duration::from_secs(10), "{what}: {elapsed:?}");
        nobody_is_left(&toys);
        assert_eq!(std::fs::read_dir(toys.root.join("tmp")).unwrap().count(), 0, "{what}: a temporary folder");
    }
}

#[test]
fn every_signal_ends_the_watch_whatever_is_running() {
    for (n, (signal, code)) in
        [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129), (Signal::QUIT, 131)].into_iter().enumerate()
    {
        let toys = Toys::new();
        let mut terminal = in_the_middle_of(&toys, MISBEHAVIOURS[n]);
        if signal == Signal::INT {
            terminal.press("\x03")
        } else {
            terminal.signal(signal)
        }
        assert_eq!(terminal.wait_for_end(), code);
        nobody_is_left(&toys);
    }
}

/// Would catch: a test that keeps running after its checker is gone. (A compiler ends on its own.)
#[test]
fn a_killed_checker_leaves_no_process_behind() {
    for what in ["deadlock", "loop", "flood"] {
        let toys = Toys::new();
        let terminal = in_the_middle_of(&toys, what);
        terminal.signal(Signal::KILL);
        nobody_is_left(&toys);
    }
}

/// Would catch: a time limit that counts suspended time, or a screen that is not restored on suspension.
#[test]
fn ctrl_z_suspends_the_tests_and_their_time_limits() {
    let toys = Toys::new();
    let metadata = toys.root.join("toys/metadata.json");
    let text = std::fs::read_to_string(&metadata).unwrap().replace("600000", "6000");
    std::fs::write(&metadata, text).unwrap();
    toys.save("alpha", "slow 2");
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    terminal.wait_for("testing 0 of 1");
    let checker = terminal.checker();
    terminal.press("\x1a");
    let state = |pid: &str| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next())
    };
    let until = Instant::now() + Duration::from_secs(20);
    while state(&checker.as_raw_nonzero().to_string()) != Some('T') {
        assert!(Instant::now() < until, "it goes on");
        thread::sleep(Duration::from_millis(5));
    }
    while terminal.emulator().alternate_screen() {
        assert!(Instant::now() < until, "the shell does not get its screen back");
        thread::sleep(Duration::from_millis(5));
        terminal.take_in();
    }
    // Longer than the limit.
    thread::sleep(Duration::from_secs(7));
    kill_process(checker, Signal::CONT).unwrap();
    terminal.wait_for("PASSED ·");
    assert!(terminal.emulator().alternate_screen());
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn closing_the_terminal_ends_the_watch() {
    let toys = Toys::new();
    let terminal = in_the_middle_of(&toys, "deadlock");
    let checker = terminal.checker().as_raw_nonzero();
    drop(terminal);
    let until = Instant::now() + Duration::from_secs(20);
    while std::path::Path::new(&format!("/proc/{checker}/exe")).exists() {
        assert!(Instant::now() < until, "it goes on");
        thread::sleep(Duration::from_millis(5));
    }
    nobody_is_left(&toys);
}
