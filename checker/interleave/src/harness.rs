//! Runs one test and reports the result: on stderr to people, in a report file to the checker.
//!
//! Under plain `cargo test` there is no report, and a watchdog ends a test that hangs.

use trace::{Failure, Report};

use crate::report;
use crate::test_fn::{Payload, Test};

/// Runs `body` as the test `test`. Called by the code that `#[interleave::test]` generates.
///
/// # Panics
///
/// If the test fails, as Rust's test harness expects.
#[doc(hidden)]
pub fn run(test: &Test, body: impl Fn() + Send + Sync + 'static) {
    let nonce = report::take_nonce();
    #[cfg(feature = "explore")]
    let (mut report, failed) = crate::explore::run(test, body);
    #[cfg(not(feature = "explore"))]
    let (mut report, failed) = (Report::default(), crate::real::run(test, body));

    match failed {
        None => {
            report.passed = nonce;
            report::write(&report);
        }
        Some((failure, payload)) => fail(report, failure, payload),
    }
}

fn fail(mut report: Report, failure: Failure, payload: Payload) {
    report.failure = Some(failure);
    report::write(&report);
    std::panic::resume_unwind(payload);
}
