//! The parts of the standard library that determine the order of events, or the time.

pub mod cell;
pub mod hint;
mod local;
pub mod panic;
pub mod prelude;
pub mod sync;
pub mod thread;
pub mod time;
