//! The parts of the standard library that decide in which order things happen, and what time it is.

pub mod hint;
mod local;
pub mod panic;
pub mod prelude;
pub mod sync;
pub mod thread;
pub mod time;
