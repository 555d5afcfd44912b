//! The parts of the standard library that decide in which order things happen.

pub mod sync;
pub mod thread;
