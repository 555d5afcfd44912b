//! The parts of futures that block threads, or that tasks share.

pub mod channel;
pub mod executor;
pub mod lock;
