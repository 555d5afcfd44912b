//! The report of a test: a file for the checker.
//!
//! The checker runs every test in its own process and passes the path of the report in the environment.

use trace::Report;
use trace::protocol::{NONCE, REPORT, report_not_written};

use crate::panics::{self, RecordedPanic, Who};

/// Whether the checker reads a report of this test and shows it.
pub(crate) fn is_asked_for() -> bool {
    std::env::var_os(REPORT).is_some()
}

/// The nonce of this run, which the report of a passing test must contain.
pub(crate) fn nonce() -> Option<String> {
    std::env::var(NONCE).ok()
}

/// The path of the report file.
pub(crate) fn path() -> Option<String> {
    std::env::var(REPORT).ok()
}

pub(crate) fn write(report: &Report) {
    let Some(path) = path() else { return };
    if let Err(error) = std::fs::write(&path, trace::wire::write(report)) {
        eprintln!("{}{error}", report_not_written(&path));
    }
}

/// Reports that a panic of `by` is about to abort the process.
pub(crate) fn abort(panics: &[RecordedPanic], by: Who) {
    let failure = panics::abort(panics, by).failure(None);
    eprintln!("\n{}\n", failure.message);
    write(&Report { failure: Some(failure), ..Report::default() });
}
