//! What differs between systems, and the tools that the checker starts: processes, signals, files, the toolchain.
//!
//! Knows nothing of exercises and prints nothing.

pub mod files;
pub mod process;
pub mod signals;
pub mod toolchain;
