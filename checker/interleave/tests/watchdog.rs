//! Under plain `cargo test`, a hanging test is ended with a message, because the learner gets no other.
#![cfg(not(feature = "explore"))]

use std::process::Command;
use std::thread;

/// Set for the run that must hang.
const HANG: &str = "INTERLEAVE_TEST_HANG";

#[interleave::test]
fn hangs_when_told_to() {
    while std::env::var_os(HANG).is_some() {
        thread::park();
    }
}

#[test]
fn a_hanging_test_is_ended_with_a_message() {
    let mut command = Command::new(std::env::current_exe().expect("a test has a path"));
    command.args(["--exact", "hangs_when_told_to"]).env(HANG, "yes").env_remove("INTERLEAVE_REPORT");
    let output = command.output().expect("a test can be run again");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(101), "{said}");
    assert!(said.contains("hangs_when_told_to: not finished after 10 s"), "{said}");
    assert!(said.contains("(a deadlock)"), "{said}");
}
