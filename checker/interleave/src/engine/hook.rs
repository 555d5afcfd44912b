//! Panics of explored threads, which are not printed.

use std::panic;
use std::sync::Once;

use trace::Place;

use super::session;
use crate::panics::{RecordedPanic, Who, is_abort};
use crate::report;

/// Whether a panic was raised by the kit itself, not on behalf of its caller.
pub(super) fn is_ours(place: Option<&Place>) -> bool {
    place.is_some_and(|place| is_kit(&place.file))
}

/// Whether `file` is a source file of the kit.
pub fn is_kit(file: &str) -> bool {
    let kit = file!().trim_end_matches("src/engine/hook.rs");
    file.strip_prefix(kit)
        .is_some_and(|file| file.starts_with("src/") || (file.starts_with("drop-in/") && file.contains("/src/")))
}

/// Silences the panics of explored threads: of a thousand schedules, only one is reported.
pub(super) fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let aborts = is_abort(info);
            let recorded = session::with(|session| {
                let by = Who::Task(session.actor());
                if aborts {
                    return Some((session.panics.clone(), by));
                }
                session.panics.push(RecordedPanic::new(by, info));
                session.thread().panicked = true;
                None
            });
            match recorded {
                None => default(info),
                Some(Some((panics, by))) => report::abort(&panics, by),
                Some(None) => {}
            }
        }));
    });
}
