//! Runs one test and says how it went: to people on stderr, to the checker through a report file.
//!
//! The checker runs every test in a process of its own and tells it, in the environment, where the report
//! goes. Under plain `cargo test` there is no report, and a watchdog ends a test that hangs.

use std::any::Any;
use std::io::{self, Write as _};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, Once, PoisonError, mpsc};
use std::thread::{self, ThreadId};
use std::time::Duration;

use trace::{Failure, FailureKind, Place, Report};

/// How many interleavings are explored if a test does not say.
pub const DEFAULT_SCHEDULES: u32 = 1_000;

/// Where the report goes. Set by the checker.
const REPORT: &str = "INTERLEAVE_REPORT";
/// What a passing test writes last, so that a process that merely ended with 0 did not pass.
const NONCE: &str = "INTERLEAVE_NONCE";

/// How long a test in real mode may take under plain `cargo test`.
const WATCHDOG: Duration = Duration::from_secs(10);

/// What `#[interleave::test]` knows about its function.
#[derive(Debug)]
pub struct Test {
    pub name: &'static str,
    pub manifest_dir: &'static str,
    pub schedules: Option<u32>,
}

/// Runs `body` as the test `test`. Called by the code that `#[interleave::test]` makes.
///
/// # Panics
///
/// If the test fails, as the test harness of Rust expects it.
pub fn run(test: &Test, body: impl Fn() + Send + Sync + 'static) {
    #[cfg(feature = "explore")]
    let (mut report, failed) = {
        let finding = crate::explore::run(test, body);
        let report = Report { explored: Some(finding.explored), trace: finding.trace, ..Report::default() };
        // The panic has been reported; the payload only has to unwind.
        let payload: Payload = Box::new("an explored interleaving failed");
        (report, finding.failure.map(|failure| (*failure, payload)))
    };
    #[cfg(not(feature = "explore"))]
    let (mut report, failed) = (Report::default(), on_real_threads(test, body));

    match failed {
        None => {
            report.passed = std::env::var(NONCE).ok();
            write(&report);
        }
        Some((failure, payload)) => {
            report.failure = Some(failure);
            write(&report);
            panic::resume_unwind(payload);
        }
    }
}

/// Ends the test that calls this with the verdict "deadlock". For runtimes that find out by themselves that
/// no task can go on.
pub fn deadlock(message: &str) -> ! {
    panic::panic_any(Deadlock(message.to_owned()))
}

/// The payload that stands for a deadlock that a runtime found.
struct Deadlock(String);

/// Whether somebody reads a report of this test, and shows it.
pub(crate) fn is_reported() -> bool {
    std::env::var_os(REPORT).is_some()
}

fn write(report: &Report) {
    let Ok(path) = std::env::var(REPORT) else { return };
    if let Err(error) = std::fs::write(&path, trace::wire::write(report)) {
        eprintln!("interleave: cannot write the report {path}: {error}");
    }
}

/// What a panic carries.
type Payload = Box<dyn Any + Send>;

/// Runs `body` once. If it fails: why, in our words, and the payload to go on unwinding with.
#[cfg_attr(feature = "explore", expect(dead_code, reason = "explore mode has no real threads"))]
fn on_real_threads(test: &Test, body: impl Fn()) -> Option<(Failure, Payload)> {
    let _watchdog = (!is_reported()).then(|| Watchdog::start(test.name));
    install_panic_recorder();
    let payload = panic::catch_unwind(AssertUnwindSafe(body)).err()?;
    let failure = match payload.downcast_ref::<Deadlock>() {
        Some(Deadlock(message)) => {
            eprintln!("{}: deadlock: {message}", test.name);
            Failure { kind: FailureKind::Deadlock, message: message.clone(), place: None, trace: None }
        }
        None => {
            let own = Who::Thread(thread::current().id());
            let panic = cause_of_failure(&recorded_panics(), own);
            Failure { kind: FailureKind::Panic, message: panic.message, place: panic.place, trace: None }
        }
    };
    Some((failure, payload))
}

/// A panic as the hook saw it.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordedPanic {
    pub(crate) by: Option<Who>,
    pub(crate) message: String,
    pub(crate) place: Option<Place>,
}

/// Who panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "each mode knows one kind")]
pub(crate) enum Who {
    Thread(ThreadId),
    Task(usize),
}

impl RecordedPanic {
    pub(crate) fn new(by: Who, info: &panic::PanicHookInfo<'_>) -> Self {
        let message = info.payload_as_str().unwrap_or("a panic with a value that is not text").to_owned();
        let place = info.location().map(|at| Place { file: at.file().to_owned(), line: at.line() });
        Self { by: Some(by), message, place }
    }

    /// Whether this only passes on that a joined thread or task had panicked.
    fn passes_on_another(&self) -> bool {
        self.message.starts_with("called `Result::unwrap()` on an `Err` value")
            && (self.message.contains("Any") || self.message.contains("JoinError"))
            || self.message == "a scoped thread panicked"
    }
}

static PANICS: Mutex<Vec<RecordedPanic>> = Mutex::new(Vec::new());

/// Keeps message and place of every panic. The default hook goes on printing them.
fn install_panic_recorder() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if info.payload().is::<Deadlock>() {
                return;
            }
            PANICS
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(RecordedPanic::new(Who::Thread(thread::current().id()), info));
            default(info);
        }));
    });
}

fn recorded_panics() -> Vec<RecordedPanic> {
    PANICS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The panic that made a test fail: the last one of the test's own thread or task, unless that one only
/// passes on another's.
pub(crate) fn cause_of_failure(panics: &[RecordedPanic], own: Who) -> RecordedPanic {
    let last = panics.iter().rposition(|panic| panic.by == Some(own));
    let Some(last) = last else { return panics.last().cloned().unwrap_or_default() };
    if panics[last].passes_on_another()
        && let Some(origin) = panics[..last].iter().rev().find(|panic| !panic.passes_on_another())
    {
        return origin.clone();
    }
    panics[last].clone()
}

/// Ends the process if the test does not end in time: a blocked thread cannot be ended alone.
struct Watchdog {
    _test_ended: mpsc::Sender<()>,
}

impl Watchdog {
    fn start(test: &'static str) -> Self {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            if receiver.recv_timeout(WATCHDOG) == Err(mpsc::RecvTimeoutError::Timeout) {
                let message = format!(
                    "\n{test}: not finished after {} s, so it was ended. Either its threads wait for each other \
                     (a deadlock) or one of them never stops.\nWith `--features explore` the same command shows \
                     where, if exploring meets it too.\n",
                    WATCHDOG.as_secs()
                );
                // Not `eprintln`: what that prints is kept back for the end of the test, which is not to come.
                let _ = io::stderr().write_all(message.as_bytes());
                std::process::exit(101);
            }
        });
        Self { _test_ended: sender }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panic(task: usize, message: &str) -> RecordedPanic {
        RecordedPanic { by: Some(Who::Task(task)), message: message.to_owned(), place: None }
    }

    #[test]
    fn an_unwrapped_join_points_to_the_panic_of_the_thread() {
        let panics = [
            panic(1, "assertion failed: lost update"),
            panic(0, "called `Result::unwrap()` on an `Err` value: Any { .. }"),
        ];
        assert_eq!(cause_of_failure(&panics, Who::Task(0)).message, "assertion failed: lost update");
    }

    #[test]
    fn an_expected_panic_of_a_thread_is_not_blamed_for_a_later_assertion() {
        let panics = [panic(1, "on purpose"), panic(0, "assertion failed")];
        assert_eq!(cause_of_failure(&panics, Who::Task(0)).message, "assertion failed");
    }
}
