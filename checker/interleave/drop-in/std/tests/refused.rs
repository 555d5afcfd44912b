//! Cases in which explore mode cannot continue, and its messages. Each case ends its process, so it runs in its own.
#![cfg(feature = "explore")]

use std::process::Command;
use std::sync::Mutex;
use std::thread;

/// Names the case that the process must run.
const CASE: &str = "INTERLEAVE_TEST_CASE";

fn is_asked_for(case: &str) -> bool {
    std::env::var(CASE).is_ok_and(|asked| asked == case)
}

/// Runs the test `name` of this file again, with these variables, and returns its exit code and its output.
fn run_again(name: &str, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = Command::new(std::env::current_exe().expect("a test has a path"));
    command.args(["--exact", name, "--nocapture"]).env_remove("INTERLEAVE_REPORT").envs(variables.iter().copied());
    let output = command.output().expect("a test can be run again");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn depth(n: u64) -> u64 {
    if n == 0 { 0 } else { std::hint::black_box(depth(std::hint::black_box(n - 1))) + 1 }
}

#[interleave::test]
fn recurses_when_told_to() {
    if is_asked_for("recursion") {
        thread::spawn(|| depth(u64::MAX)).join().unwrap();
    }
}

/// Would catch: a stack overflow that is reported as an invalid memory access.
#[test]
fn a_stack_overflow_is_reported() {
    let (code, said) = run_again("recurses_when_told_to", &[(CASE, "recursion")]);
    assert_eq!(code, Some(101), "{said}");
    assert!(said.contains("the stack of a thread overflowed"), "{said}");
}

#[interleave::test]
fn blocks_the_os_thread_when_told_to() {
    if is_asked_for("os-thread") {
        // Blocks the OS thread without the scheduler knowing.
        let (_open, pipe) = std::os::unix::net::UnixStream::pair().expect("two sockets");
        let lock = Mutex::new(pipe);
        let _ = std::io::Read::read(&mut *lock.lock().unwrap(), &mut [0]);
    }
}

/// Would catch: a test that hangs forever without a message.
#[test]
fn a_test_that_blocks_its_os_thread_is_ended_with_a_reason() {
    let (code, said) = run_again("blocks_the_os_thread_when_told_to", &[(CASE, "os-thread")]);
    assert_eq!(code, Some(101), "{said}");
    assert!(said.contains("waits in something that explore mode does not know"), "{said}");
    assert!(said.contains("refused.rs:"), "where it was seen last: {said}");
}

#[interleave::test]
fn passes() {
    drop(Mutex::new(1).lock().unwrap());
}

/// Would catch: exploring as if the variable were not set.
#[test]
fn an_invalid_variable_is_refused_by_name() {
    for (variable, value) in
        [("INTERLEAVE_SEED", "seven"), ("INTERLEAVE_SCHEDULES", "-1"), ("INTERLEAVE_REPLAY", "0,x")]
    {
        let (code, said) = run_again("passes", &[(variable, value)]);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(&format!("{variable} is `{value}`")), "{said}");
    }
    assert_eq!(run_again("passes", &[("INTERLEAVE_SEED", "7"), ("INTERLEAVE_REPLAY", "0*3")]).0, Some(0));
}

#[interleave::test]
fn a_test_may_return_a_result() -> Result<(), std::num::ParseIntError> {
    assert_eq!("7".parse::<u8>()?, 7);
    Ok(())
}

#[interleave::test]
#[should_panic(expected = "an error: ParseIntError")]
fn an_error_that_a_test_returns_fails_it() -> Result<(), std::num::ParseIntError> {
    "x".parse::<u8>().map(drop)
}

#[interleave::test]
#[should_panic(expected = "on purpose")]
fn a_test_may_be_expected_to_panic() {
    panic!("on purpose");
}
