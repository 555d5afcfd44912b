//! How the checker and a test that it runs in a process of its own talk to each other.
//!
//! The checker sets the variables, and the test writes one report as [`wire`](crate::wire) text into a file.

/// The file that the report goes to. Without it, nobody reads a report, and the test prints what it has to say.
pub const REPORT: &str = "INTERLEAVE_REPORT";
/// What the report of a passing test ends with, so that a process that merely ended with 0 did not pass.
pub const NONCE: &str = "INTERLEAVE_NONCE";
/// Which schedules are sampled: the same seed samples the same ones.
pub const SEED: &str = "INTERLEAVE_SEED";
/// How many schedules are sampled.
pub const SCHEDULES: &str = "INTERLEAVE_SCHEDULES";
/// The choices of one schedule, to run that one only, as [`write_choices`](crate::wire::write_choices) writes them.
pub const REPLAY: &str = "INTERLEAVE_REPLAY";
/// Set to map every interleaving instead, in the report.
pub const MAP: &str = "INTERLEAVE_MAP";

/// The line that a test prints if it cannot write its report to `path`, up to the reason.
pub fn report_not_written(path: &str) -> String {
    format!("interleave: cannot write the report {path}: ")
}
