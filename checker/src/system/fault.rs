//! Lets a test end the checker at any of its writes, as if it had been killed there.

use std::sync::atomic::{AtomicU64, Ordering};

/// At which point the process ends, counted from 1.
pub const VARIABLE: &str = "CHECKER_DIES_AT";

/// The exit code of a process that ended at its point.
const DEAD: i32 = 86;

static PASSED: AtomicU64 = AtomicU64::new(0);

/// Stands before everything that changes a file. Ends the process at once, without any clean-up, if it is the point
/// that [`VARIABLE`] asks for.
pub fn point() {
    let Some(at) = std::env::var(VARIABLE).ok().and_then(|at| at.parse::<u64>().ok()) else { return };
    if PASSED.fetch_add(1, Ordering::Relaxed) + 1 == at {
        std::process::exit(DEAD);
    }
}
