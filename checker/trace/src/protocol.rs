//! How the checker and a test communicate. The test runs in its own process.
//!
//! The checker sets these environment variables, and the test writes one report as [`wire`](crate::wire) text to a
//! file.

/// The file to write the report to. If it is unset, the test prints its report.
pub const REPORT: &str = "INTERLEAVE_REPORT";
/// The nonce that ends the report of a passing test. An exit code of 0 alone does not prove a pass.
pub const NONCE: &str = "INTERLEAVE_NONCE";
/// The seed of the sample: the same seed gives the same schedules.
pub const SEED: &str = "INTERLEAVE_SEED";
/// How many schedules to sample.
pub const SCHEDULES: &str = "INTERLEAVE_SCHEDULES";
/// The choices of the only schedule to run, as written by [`write_choices`](crate::wire::write_choices).
pub const REPLAY: &str = "INTERLEAVE_REPLAY";
/// If set, the test maps every interleaving and reports the map.
pub const MAP: &str = "INTERLEAVE_MAP";

/// The number of the signal that asks the threads of a test in real mode where they stand: Linux's `SIGUSR1`.
pub const ASK_SIGNAL: i32 = 10;

/// The file in which the threads answer, each with a line as written by
/// [`write_standing`](crate::wire::write_standing). `report` is the path of the report.
pub fn standing_path(report: &str) -> String {
    format!("{report}.threads")
}

/// The file in which an explored test says how far it is, as written by
/// [`write_progress`](crate::wire::write_progress). `report` is the path of the report.
pub fn progress_path(report: &str) -> String {
    format!("{report}.progress")
}

/// The line that a test prints if it cannot write its report to `path`, without the reason at the end.
pub fn report_not_written(path: &str) -> String {
    format!("interleave: cannot write the report {path}: ")
}
