//! Panics of explored threads, which are not printed.

use std::panic;
use std::sync::Once;

use super::session;
use crate::panics::{RecordedPanic, Who, is_abort};
use crate::report;

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
