//! For authors: proofs of exercises against right and wrong answers, mutants, new exercises, benchmarks.
//!
//! No command for learners depends on it.

mod agreement;
pub mod bench;
pub mod book;
pub mod mutants;
pub mod new;
pub mod proof;
pub mod survivors;
pub mod template;
pub mod verify;
