//! A verdict is about one version of the files: the one on disk.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::toys::Toys;

/// Runs the toy `gamma`, which has both modes, and performs each of `saves` at its time, in milliseconds after cargo
/// was first called. Returns the exit code, the standard output and the standard error.
fn run_while_saving(toys: &Toys, first: &str, saves: &[(u64, String)]) -> (Option<i32>, String, String) {
    toys.save("gamma", first);
    let mut run = toys.checker(&["run", "gamma"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while toys.calls().is_empty() {
        thread::sleep(Duration::from_millis(2));
    }
    let started = Instant::now();
    for (at, what) in saves {
        thread::sleep(Duration::from_millis(*at).saturating_sub(started.elapsed()));
        if run.try_wait().unwrap().is_some() {
            break;
        }
        toys.save("gamma", what);
    }
    let output = run.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Would catch: modes built from different versions of the file, or a pass for a version that has been overwritten.
#[test]
fn a_file_that_is_saved_during_the_check_is_checked_again() {
    for (first, when) in [("compiling 1", "compiled"), ("slow 1", "tested")] {
        let toys = Toys::new();
        let (code, out, err) = run_while_saving(&toys, first, &[(500, "wrong".to_owned())]);
        assert_eq!(code, Some(1), "saved while it is {when}: {out}{err}");
        assert!(out.contains("failing test · gamma") && !out.contains("passed"), "{when}: {out}");
        assert!(err.contains("saved during the check, so it starts over"), "{when}: {err}");
    }
    let toys = Toys::new();
    let (code, out, err) = run_while_saving(&toys, "slow 1", &[(500, "slow 1".to_owned())]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "saved without a change: {out}");
}

/// Would catch: a verdict on code that was on disk only while the compiler read it.
#[test]
fn a_change_that_is_undone_before_the_compiler_ends_is_not_what_the_verdict_is_about() {
    let toys = Toys::new();
    toys.save("gamma", "right");
    let [before, after] = ["before-reading", "after-reading"].map(|when| toys.hold(when));
    let run = toys.checker(&["run", "gamma"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let read = || fs::read_to_string(toys.root.join("toys/read")).unwrap_or_default();
    while toys.calls().is_empty() {
        thread::sleep(Duration::from_millis(2));
    }
    toys.save("gamma", "wrong");
    fs::remove_file(before).unwrap();
    while read().is_empty() {
        thread::sleep(Duration::from_millis(2));
    }
    toys.save("gamma", "right");
    fs::remove_file(after).unwrap();
    let output = run.wait_with_output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(read().starts_with("wrong\nright\n"), "{}", read());
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    assert!(err.contains("saved during the check, so it starts over"), "{err}");
}

/// Would catch: a check that never ends, or a verdict that does not say which version it is about.
#[test]
fn a_verdict_on_a_file_that_is_saved_constantly_names_its_version() {
    let toys = Toys::new();
    let often = |every: u64, what: &str| {
        (1..60_000 / every).map(|n| (n * every, format!("{what} {n}"))).collect::<Vec<(u64, String)>>()
    };
    let (code, out, err) = run_while_saving(&toys, "compiling 0.4", &often(200, "compiling 0.4"));
    assert_eq!(code, Some(2), "{out}{err}");
    assert!(err.contains("saved more often than they can be compiled"), "{err}");
    let (code, out, err) = run_while_saving(&toys, "slow 2", &often(1500, "slow 2"));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("; this is about version ") && out.contains("have been saved since"), "{out}");
}
