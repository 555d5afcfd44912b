//! Panics as the hook sees them, and which one of several made a test fail.

use std::any::Any;
use std::fmt::Write as _;
use std::panic::PanicHookInfo;
use std::thread::ThreadId;

use trace::{Failure, FailureKind, Place, Trace};

use crate::origin::{is_kit, is_of_a_library};
use crate::stack;

/// A panic as the hook saw it.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordedPanic {
    pub(crate) by: Option<Who>,
    pub(crate) message: String,
    pub(crate) place: Option<Place>,
}

/// The thread or task that panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "each mode knows one kind")]
pub(crate) enum Who {
    Thread(ThreadId),
    Task(usize),
}

impl RecordedPanic {
    pub(crate) fn new(by: Who, info: &PanicHookInfo<'_>) -> Self {
        let mut message = text(info.payload()).to_owned();
        let mut place = info.location().map(|at| Place { file: at.file().to_owned(), line: at.line() });
        // A library names its own line. What the reader can change is the line that led there.
        if let Some(raised) = &place
            && is_of_a_library(&raised.file)
            && let Some(cause) = stack::innermost_line()
        {
            let _ = write!(message, "\n(raised by a library, at {raised})");
            place = Some(cause.place);
        } else if place.as_ref().is_some_and(|raised| is_kit(&raised.file)) && is_of_a_poll(&message) {
            place = stack::innermost_line().map(|cause| cause.place);
        }
        Self { by: Some(by), message, place }
    }

    /// The failure that this panic is: a panic of the kit itself says nothing about the code under test.
    pub(crate) fn failure(&self, trace: Option<Trace>) -> Failure {
        let is_ours = self.place.as_ref().is_some_and(|place| is_kit(&place.file));
        let kind = if is_ours { FailureKind::Internal } else { FailureKind::Panic };
        Failure { kind, message: self.message.clone(), place: self.place.clone(), trace }
    }

    /// Whether this panic only passes on the panic of another thread or task.
    fn passes_on_another(&self) -> bool {
        let unwrapped = self.message.contains("on an `Err` value") || self.message.contains(": PoisonError");
        unwrapped && ["Any {", "JoinError", "PoisonError"].iter().any(|name| self.message.contains(name))
            || self.message == "a scoped thread panicked"
    }
}

/// Whether somebody has polled a future after its end. If it is a future of the kit, the kit is not to blame.
fn is_of_a_poll(message: &str) -> bool {
    message.starts_with("`async ") && message.contains(" resumed after ")
}

/// The message of a panic.
pub(crate) fn text(payload: &(dyn Any + Send)) -> &str {
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("a panic with a value that is not text")
}

/// The panic that made a test fail: the last one of the test's own thread or task, unless it only passes on the panic
/// of another. For a poisoned lock, the message names both.
pub(crate) fn cause_of_failure(panics: &[RecordedPanic], own: Who) -> RecordedPanic {
    let last = panics.iter().rposition(|panic| panic.by == Some(own));
    let Some(last) = last else { return panics.last().cloned().unwrap_or_default() };
    let own = &panics[last];
    let origin = panics[..last].iter().rev().find(|panic| !panic.passes_on_another());
    match origin.filter(|_| own.passes_on_another()) {
        None => own.clone(),
        // The bug may be in the code that unwraps the poison or in the code that panicked under the lock: name both.
        Some(origin) if own.message.contains("PoisonError") => {
            let at = origin.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
            let message =
                format!("{}\nThe lock is poisoned because of an earlier panic{at}: {}", own.message, origin.message);
            RecordedPanic { message, ..own.clone() }
        }
        Some(origin) => origin.clone(),
    }
}

/// Whether the runtime announces with this panic that the process is about to abort. Stable Rust offers no other sign.
pub(crate) fn is_abort(info: &PanicHookInfo<'_>) -> bool {
    matches!(
        info.payload_as_str(),
        Some("panic in a destructor during cleanup" | "panic in a function that cannot unwind")
    )
}

/// What a panic of `by` that aborts the process adds to the panics before: their messages, where the first happened.
pub(crate) fn abort(panics: &[RecordedPanic], by: Who) -> RecordedPanic {
    let at = |panic: &RecordedPanic| panic.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
    let mut own = panics.iter().rev().filter(|panic| panic.by == Some(by));
    let (message, place) = match (own.next(), own.next()) {
        (Some(second), Some(first)) => (
            format!(
                "{}\nWhile that panic unwound, a destructor panicked, too, which aborts the process: {}{}",
                first.message,
                second.message,
                at(second)
            ),
            first.place.clone(),
        ),
        (Some(only), None) => {
            (format!("{}\nThis panic cannot unwind, so it aborts the process.", only.message), only.place.clone())
        }
        (None, _) => ("a panic that cannot unwind aborts the process".to_owned(), None),
    };
    RecordedPanic { by: Some(by), message, place }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panic(task: usize, message: &str) -> RecordedPanic {
        RecordedPanic { by: Some(Who::Task(task)), message: message.to_owned(), place: None }
    }

    /// Would catch: a bug of the kit that is reported as the learner's.
    #[test]
    fn only_a_panic_in_the_kits_sources_is_an_internal_failure() {
        let kit = file!().strip_suffix("src/panics.rs").or(file!().strip_suffix(r"src\panics.rs")).unwrap();
        let kind = |file: &str| {
            let place = Some(Place { file: file.to_owned(), line: 3 });
            RecordedPanic { place, ..RecordedPanic::default() }.failure(None).kind
        };
        for file in
            ["src/oracle.rs", r"src\oracle.rs", "drop-in/tokio/src/explore/sync/mod.rs", r"drop-in\std\src\lib.rs"]
        {
            assert_eq!(kind(&format!("{kit}{file}")), FailureKind::Internal, "{file}");
        }
        for file in ["tests/modes.rs", "drop-in/tokio/tests/it.rs"] {
            assert_eq!(kind(&format!("{kit}{file}")), FailureKind::Panic, "{file}");
        }
        assert_eq!(kind("exercises/02_mutex/03_abba/src/lib.rs"), FailureKind::Panic);
        assert_eq!(RecordedPanic::default().failure(None).kind, FailureKind::Panic);
    }

    /// Would catch: a timer that is polled after it has fired, which is reported as a bug of the kit.
    #[test]
    fn a_future_that_was_polled_after_its_end_is_not_the_kits_bug() {
        assert!(is_of_a_poll("`async fn` resumed after completion"));
        assert!(is_of_a_poll("`async fn` resumed after panicking"));
        assert!(!is_of_a_poll("assertion failed: a future resumed after completion"));
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
    fn an_unwrapped_poison_points_to_the_panic_under_the_lock() {
        for passed_on in
            ["called `Result::unwrap()` on an `Err` value: PoisonError { .. }", "the map is locked: PoisonError { .. }"]
        {
            let panics = [panic(1, "the cause"), panic(2, passed_on), panic(0, passed_on)];
            let message = cause_of_failure(&panics, Who::Task(0)).message;
            assert!(message.starts_with(passed_on) && message.ends_with("an earlier panic: the cause"), "{message}");
        }
    }

    #[test]
    fn an_expected_panic_of_a_thread_is_not_blamed_for_a_later_assertion() {
        let panics = [panic(1, "on purpose"), panic(0, "assertion failed")];
        assert_eq!(cause_of_failure(&panics, Who::Task(0)).message, "assertion failed");
    }

    #[test]
    fn an_abort_names_the_panic_that_came_first() {
        let panics =
            [panic(2, "a connection was open"), panic(1, "on purpose"), panic(2, "a poisoned lock was unwrapped")];
        let RecordedPanic { message, .. } = abort(&panics, Who::Task(2));
        assert!(message.starts_with("a connection was open\n"), "{message}");
        assert!(message.contains("a poisoned lock was unwrapped"), "{message}");
    }
}
