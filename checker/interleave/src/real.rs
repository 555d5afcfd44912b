//! Real mode: a test runs once, on real threads and runtimes.

use std::io::{self, Write as _};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, Once, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use trace::{Failure, FailureKind};

use crate::panics::{RecordedPanic, Who, cause_of_failure, is_abort};
use crate::report;
use crate::standing;
use crate::test_fn::{Payload, Stuck, Test};

/// Runs `body` once. On failure, returns the failure to report and the payload to resume unwinding with.
pub(crate) fn run(test: &Test, body: impl Fn()) -> Option<(Failure, Payload)> {
    let _watchdog = (!report::is_asked_for()).then(|| Watchdog::start(test.name));
    standing::answer_when_asked();
    install_panic_recorder();
    let payload = panic::catch_unwind(AssertUnwindSafe(body)).err()?;
    let failure = match payload.downcast_ref::<Stuck>() {
        Some(Stuck { kind, message }) => {
            let word = if *kind == FailureKind::Livelock { "livelock" } else { "deadlock" };
            eprintln!("{}: {word}: {message}", test.name);
            Failure { kind: *kind, message: message.clone(), place: None, trace: None }
        }
        None => {
            let own = Who::Thread(thread::current().id());
            cause_of_failure(&recorded_panics(), own).failure(None)
        }
    };
    Some((failure, payload))
}

static PANICS: Mutex<Vec<RecordedPanic>> = Mutex::new(Vec::new());

/// Records the message and place of every panic. The default hook still prints them.
fn install_panic_recorder() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if info.payload().is::<Stuck>() {
                return;
            }
            let by = Who::Thread(thread::current().id());
            if is_abort(info) {
                report::abort(&recorded_panics(), by);
            } else {
                PANICS.lock().unwrap_or_else(PoisonError::into_inner).push(RecordedPanic::new(by, info));
            }
            default(info);
        }));
    });
}

fn recorded_panics() -> Vec<RecordedPanic> {
    PANICS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The time limit of a test under plain `cargo test`.
const WATCHDOG: Duration = Duration::from_secs(10);

/// Ends the process if the test exceeds its time limit: a blocked thread cannot be ended alone.
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
                // Not `eprintln`: the test harness would hold it back until the test ends, which never happens.
                let _ = io::stderr().write_all(message.as_bytes());
                std::process::exit(101);
            }
        });
        Self { _test_ended: sender }
    }
}
