//! Tests that run on every system, not only on Linux.

use crate::support::Course;

/// Would catch: a system on which tests do not run, an exit code with another meaning there, or a test that is not
/// stopped at its time limit.
#[test]
fn a_check_ends_with_its_verdict_and_its_exit_code() {
    let course = Course::to_build();
    for (name, code, kind) in [
        ("passes", 0, "passed"),
        ("does_not_compile", 1, "compile-error"),
        ("fails", 1, "failing-test"),
        ("panics_in_src", 1, "panic"),
        ("loops", 1, "timeout"),
        ("aborts", 1, "crashed"),
        ("overflows", 1, "crashed"),
        ("abba", 1, "deadlock"),
    ] {
        let ran = course.run(&["run", name, "--json"]).expect(code);
        let verdict = ran.json();
        assert_eq!(verdict["kind"], kind, "after {:?}: {verdict:#}", ran.elapsed);
        for test in verdict["tests"].as_array().unwrap() {
            assert!(test["duration_ms"].as_u64().unwrap() < 10_000, "{test:#}");
        }
    }
}
