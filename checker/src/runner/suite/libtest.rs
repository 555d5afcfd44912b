//! What Rust's test harness and runtime print, which is the only way to learn it: they have no stable machine-readable
//! output. No other module looks for their words.

use crate::verdict::classify::{Announced, Classified};

/// What the harness prints after a single test, and the runtime before it aborts the process.
const ANNOUNCEMENTS: [(&str, Announced); 4] = [
    ("test result: ok. 1 passed", Announced::Passed),
    ("test result: FAILED. 0 passed; 1 failed", Announced::Failed),
    ("has overflowed its stack", Announced::StackOverflow),
    ("memory allocation of", Announced::OutOfMemory),
];

/// What `printed` says about the end of the test. The last announcement counts, because the test may print the same
/// words before it.
pub fn announced(printed: &str) -> Option<Announced> {
    let found = ANNOUNCEMENTS.iter().filter_map(|(words, meaning)| Some((printed.rfind(words)?, *meaning)));
    found.max_by_key(|(at, _)| *at).map(|(_, meaning)| meaning)
}

/// Whether a list of tests has libtest's last line: `2 tests, 0 benchmarks`. A truncated list would count as a list of
/// fewer tests.
pub fn is_whole(list: &str) -> bool {
    let last = list.lines().next_back().unwrap_or_default();
    last.split_once(" test").is_some_and(|(count, rest)| count.parse::<usize>().is_ok() && rest.contains(" benchmark"))
}

/// The names in libtest's list: `NAME: test`.
pub fn names(list: &str) -> impl Iterator<Item = &str> {
    list.lines().filter_map(|line| line.strip_suffix(": test"))
}

/// The test's own output, without libtest's lines and without the panic that the result already reports.
pub fn own_output(printed: &str, name: &str, told: &Classified) -> String {
    let before = printed.trim_start().strip_prefix("running 1 test\n").map(|rest| {
        let label = format!("test {name} ... ");
        rest.strip_prefix(label.as_str()).unwrap_or(rest)
    });
    let rest = before.unwrap_or(printed);
    let ends = ["ok\n\ntest result: ok. ", "FAILED\n\nfailures:\n\nfailures:\n"];
    let end = ends.iter().filter_map(|end| rest.rfind(end)).max().unwrap_or(rest.len());
    without_panic(&rest[..end], told)
}

/// `printed` without the panic message that is reported as the reason.
fn without_panic(printed: &str, told: &Classified) -> String {
    let Some(place) = &told.place else { return printed.to_owned() };
    let Some(at) = printed.find(&format!(" panicked at {}:{}:", place.file, place.line)) else {
        return printed.to_owned();
    };
    let before = printed[..at].rfind("thread '").map_or("", |start| &printed[..start]);
    let after = printed[at..].split_once('\n').map_or("", |(_, after)| after);
    let after = after.strip_prefix(told.message.as_str()).unwrap_or(after).trim_start_matches('\n');
    let note = "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
    format!("{}{}", before.strip_suffix('\n').unwrap_or(before), after.strip_prefix(note).unwrap_or(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Outcome;

    #[test]
    fn benchmarks_and_summaries_are_not_tests() {
        let list = "a: test\nmodule::b: test\nc: benchmark\n\n2 tests, 1 benchmark\n";
        assert_eq!(names(list).collect::<Vec<_>>(), ["a", "module::b"]);
        assert!(is_whole(list) && is_whole("0 tests, 0 benchmarks\n"));
        assert!(!is_whole("") && !is_whole("a: test\nmodule::b: te") && !is_whole("a: test\n\n1 test"));
    }

    #[test]
    fn the_last_announcement_counts() {
        for (printed, meaning) in [
            ("test a ... ok\n\ntest result: ok. 1 passed; 0 failed;", Some(Announced::Passed)),
            ("test a ... FAILED\n\ntest result: FAILED. 0 passed; 1 failed;", Some(Announced::Failed)),
            ("\nthread 'a' (7) has overflowed its stack\nfatal runtime error", Some(Announced::StackOverflow)),
            ("it has overflowed its stack\ntest result: ok. 1 passed; 0 failed;", Some(Announced::Passed)),
            ("printed: test result: ok. 1 passed\nthread 'a' has overflowed its stack", Some(Announced::StackOverflow)),
            ("memory allocation of 8 bytes failed\n", Some(Announced::OutOfMemory)),
            ("test result: ok. 0 passed; 0 failed; 1 ignored", None),
        ] {
            assert_eq!(announced(printed), meaning, "{printed}");
        }
    }

    fn told(message: &str, trace: Option<trace::Trace>) -> Classified {
        let place = Some(trace::Place { file: "tests/a.rs".to_owned(), line: 8 });
        Classified { outcome: Outcome::Passed, message: message.to_owned(), place, trace }
    }

    #[test]
    fn output_of_libtest_is_not_the_learners() {
        let own = |printed| own_output(printed, "a", &told("", None));
        let passed = "\nrunning 1 test\ntest a ... hello\nok\n\ntest result: ok. 1 passed; 0 failed\n\n";
        assert_eq!(own(passed), "hello\n");
        let failed =
            "\nrunning 1 test\ntest a ... hello\nFAILED\n\nfailures:\n\nfailures:\n    a\n\ntest result: FAILED.";
        assert_eq!(own(failed), "hello\n");
        let died = "\nrunning 1 test\ntest a ... half a li";
        assert_eq!(own(died), "half a li");
        assert_eq!(own("another main\n"), "another main\n");
    }

    #[test]
    fn the_reported_panic_is_not_repeated_in_the_output() {
        let panic = "before\n\nthread 'a' (12) panicked at tests/a.rs:8:5:\nleft\nright\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\nafter\n";
        assert_eq!(own_output(panic, "a", &told("left\nright", None)), "before\nafter\n");
        let other = "thread 'b' (13) panicked at tests/b.rs:8:5:\nother\n";
        assert_eq!(own_output(other, "a", &told("left", None)), other);
    }
}
