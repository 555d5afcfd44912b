//! Differences between systems, and the tools that the checker starts: processes, signals, files, the toolchain.
//!
//! Does not depend on exercises, and prints nothing.

pub mod fault;
pub mod files;
pub mod git;
pub mod process;
pub mod sandbox;
pub mod signals;
pub mod toolchain;
