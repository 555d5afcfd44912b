//! For authors: proving exercises against right and wrong answers, mutants, new exercises, benchmarks.
//!
//! No learner's command needs it.

pub mod bench;
pub mod mutants;
pub mod new;
pub mod proof;
pub mod survivors;
pub mod template;
pub mod verify;
