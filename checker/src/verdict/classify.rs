//! Derives the outcome of a test from its report and from how its process ended.

use std::path::Path;
use std::time::Duration;

use trace::{Failure, FailureKind, Place, Report, Standing, Trace};

use crate::course::exercise::Exercise;
use crate::system::process::{self, Activity, How};
use crate::verdict::{Kind, Outcome};

/// What is known about a test when its process has ended.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    pub how: How,
    pub report: Option<&'a Report>,
    /// The test's name in its binary, which its own thread has, too.
    pub test: &'a str,
    /// Where the threads stood when the process was about to be killed, if they were asked.
    pub standing: &'a [Standing],
    /// The nonce that the report of a passing test must contain.
    pub nonce: &'a str,
    /// What the output says about the end of the test.
    pub announced: Option<Announced>,
    pub limit: Duration,
}

/// What Rust's test harness or its runtime printed about the end of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announced {
    /// The harness saw the test return.
    Passed,
    /// The harness saw the test panic.
    Failed,
    /// A thread used up its stack.
    StackOverflow,
    /// An allocation failed.
    OutOfMemory,
}

/// The outcome of a test, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classified {
    pub outcome: Outcome,
    pub message: String,
    pub place: Option<Place>,
    pub trace: Option<Trace>,
}

/// The report takes precedence: after a test has reported a failure, its process may end in any way.
///
/// A test has passed only if its process exited with 0 *and* the test itself ran to its end.
pub fn classify(evidence: Evidence<'_>, exercise: &Exercise, root: &Path) -> Classified {
    let Evidence { how, report, nonce, .. } = evidence;
    if let Some(failure) = report.and_then(|report| report.failure.as_ref()) {
        let (outcome, message) = match failure.kind {
            // Nothing is known about the code, so real mode decides.
            FailureKind::Unsupported => (Outcome::Skipped, format!("not explored: {}", failure.message)),
            FailureKind::Internal => (
                Outcome::Failed(Kind::Crashed),
                format!("the test kit itself failed, which is not your fault: {}", failure.message),
            ),
            _ => (Outcome::Failed(kind(failure, exercise, root)), failure.message.clone()),
        };
        return Classified { outcome, message, place: failure.place.clone(), trace: failure.trace.clone() };
    }
    let reached_its_end = report.and_then(|report| report.passed.as_deref()) == Some(nonce);
    let (outcome, message) = match how {
        How::Exited(0) if reached_its_end => (Outcome::Passed, String::new()),
        How::Stopped => (Outcome::Skipped, "stopped".to_owned()),
        _ => {
            let (kind, message) = without_report(evidence, reached_its_end);
            (Outcome::Failed(kind), message)
        }
    };
    Classified { outcome, message, place: None, trace: None }
}

/// A panic in a test is a wrong result that the test found. Any other panic is the learner's: the kit reports its own as
/// [`FailureKind::Internal`].
fn kind(failure: &Failure, exercise: &Exercise, root: &Path) -> Kind {
    match failure.kind {
        FailureKind::Deadlock => Kind::Deadlock,
        FailureKind::Livelock => Kind::Livelock,
        FailureKind::DataRace => Kind::DataRace,
        FailureKind::Panic | FailureKind::Unsupported | FailureKind::Internal => match &failure.place {
            Some(place) if !exercise.is_test(Path::new(&place.file), root) => Kind::Panic,
            _ => Kind::FailingTest,
        },
    }
}

fn without_report(evidence: Evidence<'_>, reached_its_end: bool) -> (Kind, String) {
    let limit = seconds(evidence.limit);
    match evidence.how {
        How::StoodStill => (
            Kind::Deadlock,
            format!(
                "every thread of the test waits, without a time limit, for a lock, a message or another thread: none can \
                 ever go on{}",
                stands(evidence)
            ),
        ),
        How::OverLimit(Activity::Asleep) => (
            Kind::Deadlock,
            format!(
                "not done after {limit}, and every thread was asleep: each waits for something that does not come{}",
                stands(evidence)
            ),
        ),
        How::OverLimit(Activity::Busy) => (
            Kind::Timeout,
            format!(
                "still running after {limit}: either a loop does not end, or it does far more than the test needs{}",
                stands(evidence)
            ),
        ),
        How::OverLimit(Activity::Unknown) => (
            Kind::Timeout,
            format!(
                "not done after {limit}; on this system the checker cannot see whether the threads wait for each other \
                 (a deadlock) or keep running (an endless loop)"
            ),
        ),
        How::Signalled(signal) => (Kind::Crashed, crash(signal, evidence.announced)),
        How::Exited(code) if reached_its_end => {
            (Kind::Crashed, format!("the test came to its end, but its process then failed with code {code}"))
        }
        How::Exited(0) if evidence.announced == Some(Announced::Passed) => {
            (Kind::Unfinished, format!("the test passed, but reported nothing: {PLAIN}"))
        }
        How::Exited(101) if evidence.announced == Some(Announced::Failed) => {
            (Kind::FailingTest, format!("the test failed, but reported nothing: {PLAIN}"))
        }
        // The exit code of libtest for a failed test.
        How::Exited(101) => (Kind::FailingTest, "the test failed without saying why".to_owned()),
        How::Exited(code) => (
            Kind::Unfinished,
            format!("the process ended, with code {code}, before the test did: was `std::process::exit` called?"),
        ),
        How::Stopped => (Kind::Unfinished, "stopped".to_owned()),
    }
}

/// A line for each thread that is executing code of the learner or of the test.
fn stands(evidence: Evidence<'_>) -> String {
    let line = |standing: &Standing| {
        let place = standing.place.as_ref()?;
        let thread = match standing.thread.as_str() {
            "" => "a thread".to_owned(),
            name if name == evidence.test => "the test".to_owned(),
            name => format!("thread `{name}`"),
        };
        let call = standing.call.as_ref().map_or_else(String::new, |call| format!(", in its call of `{call}`"));
        Some(format!("\n  {thread} is at {place}{call}"))
    };
    let mut lines: Vec<String> = evidence.standing.iter().filter_map(line).collect();
    lines.sort();
    lines.concat()
}

/// The likely reason if a test ended without a report, although libtest saw it end.
const PLAIN: &str =
    "is it marked `#[test]`? With `#[interleave::test]` it runs in both modes and reports to the checker";

fn crash(signal: i32, announced: Option<Announced>) -> String {
    match announced {
        Some(Announced::StackOverflow) => "the stack overflowed: does a function call itself without end?".to_owned(),
        Some(Announced::OutOfMemory) => "the memory was used up: is something growing without end?".to_owned(),
        _ => process::death(signal),
    }
}

/// `10 s`, `1.5 s`, `70 ms`.
pub fn seconds(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        return format!("{} ms", duration.as_millis());
    }
    let tenths = duration.as_millis() / 100;
    match tenths % 10 {
        0 => format!("{} s", tenths / 10),
        tenth => format!("{}.{tenth} s", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example;

    const NONCE: &str = "7f";

    fn judged(how: How, report: Option<&Report>) -> Classified {
        let limit = Duration::from_secs(10);
        let evidence = Evidence { how, report, test: "a", standing: &[], nonce: NONCE, announced: None, limit };
        classify(evidence, &example::exercise("abba"), Path::new("/course"))
    }

    fn passed(nonce: &str) -> Report {
        Report { passed: Some(nonce.to_owned()), ..Report::default() }
    }

    fn panicked(file: Option<&str>) -> Report {
        let place = file.map(|file| Place { file: file.to_owned(), line: 7 });
        let failure = Failure { kind: FailureKind::Panic, message: "left is not right".into(), place, trace: None };
        Report { failure: Some(failure), ..Report::default() }
    }

    #[test]
    fn only_exit_0_with_this_runs_marker_is_a_pass() {
        assert_eq!(judged(How::Exited(0), Some(&passed(NONCE))).outcome, Outcome::Passed);
        for (how, report) in [
            (How::Exited(0), None),
            (How::Exited(0), Some(Report::default())),
            (How::Exited(0), Some(passed("of another run"))),
            (How::Exited(0), Some(passed(""))),
            (How::Exited(1), Some(passed(NONCE))),
            (How::Signalled(6), Some(passed(NONCE))),
            (How::OverLimit(Activity::Asleep), Some(passed(NONCE))),
            (How::Exited(0), Some(panicked(None))),
        ] {
            let outcome = judged(how, report.as_ref()).outcome;
            assert!(matches!(outcome, Outcome::Failed(_)), "{how:?} {report:?}: {outcome:?}");
        }
    }

    #[test]
    fn a_panic_is_a_failing_test_unless_it_is_in_the_learners_code() {
        for (file, kind) in [
            (Some("exercises/02_mutex/03_abba/tests/abba.rs"), Kind::FailingTest),
            (Some("/course/exercises/02_mutex/03_abba/tests/abba.rs"), Kind::FailingTest),
            (None, Kind::FailingTest),
            (Some("exercises/02_mutex/03_abba/src/lib.rs"), Kind::Panic),
            (Some("/rustc/abc/library/core/src/cell.rs"), Kind::Panic),
        ] {
            assert_eq!(judged(How::Exited(101), Some(&panicked(file))).outcome, Outcome::Failed(kind), "{file:?}");
        }
    }

    #[test]
    fn the_report_takes_precedence_over_how_the_process_ended() {
        for how in [How::Signalled(6), How::OverLimit(Activity::Busy), How::Exited(0)] {
            assert_eq!(judged(how, Some(&panicked(None))).message, "left is not right", "{how:?}");
        }
    }

    #[test]
    fn asleep_is_a_deadlock_and_busy_is_a_timeout() {
        for (how, kind) in [
            (How::StoodStill, Kind::Deadlock),
            (How::OverLimit(Activity::Asleep), Kind::Deadlock),
            (How::OverLimit(Activity::Busy), Kind::Timeout),
            (How::OverLimit(Activity::Unknown), Kind::Timeout),
            (How::Signalled(11), Kind::Crashed),
            (How::Exited(0), Kind::Unfinished),
            (How::Exited(3), Kind::Unfinished),
            (How::Exited(101), Kind::FailingTest),
        ] {
            assert_eq!(judged(how, None).outcome, Outcome::Failed(kind), "{how:?}");
        }
    }

    /// Would catch: a thread of the runtime, which executes nothing of the learner's, in the list.
    #[test]
    fn threads_in_code_of_the_learner_are_named_with_their_lines() {
        let at = |thread: &str, line: Option<u32>, call: Option<&str>| Standing {
            thread: thread.to_owned(),
            place: line.map(|line| Place { file: "exercises/abba/src/lib.rs".to_owned(), line }),
            call: call.map(str::to_owned),
        };
        let standing = [
            at("tokio-rt-worker", None, None),
            at("mover", Some(9), Some("Mutex::lock")),
            at("", Some(12), None),
            at("a", Some(30), Some("JoinHandle::join")),
        ];
        let (report, limit) = (None, Duration::from_secs(10));
        let how = How::StoodStill;
        let evidence = Evidence { how, report, test: "a", standing: &standing, nonce: NONCE, announced: None, limit };
        let message = classify(evidence, &example::exercise("abba"), Path::new("/course")).message;
        let lines: Vec<&str> = message.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "  a thread is at lib.rs:12",
                "  the test is at lib.rs:30, in its call of `JoinHandle::join`",
                "  thread `mover` is at lib.rs:9, in its call of `Mutex::lock`",
            ]
        );
    }

    /// Would catch: calling it a deadlock or an endless loop where the system does not show which it is.
    #[test]
    fn a_verdict_without_information_from_the_system_says_so() {
        let message = judged(How::OverLimit(Activity::Unknown), None).message;
        assert!(message.starts_with("not done after 10 s; on this system the checker cannot see"), "{message}");
    }

    /// Would catch: a question about `std::process::exit` for a test that is only marked `#[test]`.
    #[test]
    fn a_plain_test_is_pointed_to_the_kits_attribute() {
        for (announced, how, kind) in [
            (Announced::Passed, How::Exited(0), Kind::Unfinished),
            (Announced::Failed, How::Exited(101), Kind::FailingTest),
        ] {
            let limit = Duration::from_secs(10);
            let announced = Some(announced);
            let evidence = Evidence { how, report: None, test: "a", standing: &[], nonce: NONCE, announced, limit };
            let classified = classify(evidence, &example::exercise("abba"), Path::new("/course"));
            assert_eq!(classified.outcome, Outcome::Failed(kind));
            assert!(classified.message.contains("With `#[interleave::test]`"), "{}", classified.message);
        }
    }

    #[test]
    fn durations_are_short() {
        assert_eq!(seconds(Duration::from_millis(10_000)), "10 s");
        assert_eq!(seconds(Duration::from_millis(70)), "70 ms");
        assert_eq!(seconds(Duration::from_millis(1_250)), "1.2 s");
    }
}
